/** The contract of the port `CollectionStore`: run it on every adapter. */
import type { TestFn } from 'ava';
import { concurrencyRules } from './collection-concurrency.ts';
import { feedRules } from './collection-feed.ts';
import type { CollectionRule, OpenedCollectionStore } from './collection-fixture.ts';
import { CollectionFixture } from './collection-fixture.ts';
import { guardRules } from './collection-guards.ts';
import { lockRules } from './collection-locks.ts';
import { lockConflictRules } from './collection-lock-conflicts.ts';
import { mountRules } from './collection-mounts.ts';
import { propertyRules } from './collection-properties.ts';
import { quotaRules } from './collection-quota.ts';
import { readingRules } from './collection-reading.ts';
import { syncRules } from './collection-sync.ts';
import { transferRules } from './collection-transfers.ts';
import { forgetRules } from './collection-forget.ts';
import { upkeepRules } from './collection-upkeep.ts';
import { writingRules } from './collection-writing.ts';
import { limited } from './support.ts';

export type { OpenedCollectionStore } from './collection-fixture.ts';

/**
 * Registers the suite.
 * @param test ava's `test` of the calling file
 * @param name the adapter, for the titles
 */
export function collectionStoreContract(test: TestFn, name: string, open: () => Promise<OpenedCollectionStore>): void {
  // ava begins all tests at once; so many stores beside one another are enough.
  const atATime = limited(8);
  const rule: CollectionRule = (title, run) => {
    test(`${name}: ${title}`, (t) =>
      atATime(async () => {
        await using opened = await open();
        await run(t, new CollectionFixture(opened.store, opened.clock), opened);
      }));
  };
  readingRules(rule);
  writingRules(rule);
  propertyRules(rule);
  guardRules(rule);
  lockRules(rule);
  lockConflictRules(rule);
  syncRules(rule);
  transferRules(rule);
  mountRules(rule);
  quotaRules(rule);
  upkeepRules(rule);
  forgetRules(rule);
  feedRules(rule);
  concurrencyRules(rule);
}
