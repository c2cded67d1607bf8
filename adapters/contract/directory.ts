/** What every adapter of the port `Directory` does that keeps accounts itself. Run it from the adapter's own test file. */
import test, { type ExecutionContext } from 'ava';
import { changeRules, createRules, signInRules } from './directory-accounts.ts';
import { fixtureOf, type DirectoryFixture, type OpenedDirectory } from './directory-fixture.ts';
import { groupRules, versionRules } from './directory-groups.ts';
import { searchRules } from './directory-search.ts';

/**
 * @param name of the adapter, for the titles
 * @param open a new, empty directory each time
 */
export function testDirectory(name: string, open: () => Promise<OpenedDirectory>): void {
  const rule = (title: string, body: (t: ExecutionContext, f: DirectoryFixture) => Promise<void>) => {
    test(`${name}: ${title}`, async (t) => {
      await using fixture = await fixtureOf(open);
      await body(t, fixture);
    });
  };
  createRules(rule);
  signInRules(rule);
  changeRules(rule);
  groupRules(rule);
  versionRules(rule);
  searchRules(rule);
}
