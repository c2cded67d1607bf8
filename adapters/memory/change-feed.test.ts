import test from 'ava';
import type { LogFields } from '../../gateway/ports/log.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { testChangeFeed } from '../contract/change-feed.ts';
import { MemoryChangeFeed } from './change-feed.ts';

testChangeFeed(test, 'memory', async () => {
  const feed = new MemoryChangeFeed();
  return { publisher: feed, subscriber: feed, settled: async () => {}, async [Symbol.asyncDispose]() {} };
});

test('ChangeFeed memory: a listener that throws is logged with its topic', async (t) => {
  const { promise, resolve } = Promise.withResolvers<LogFields | undefined>();
  const feed = new MemoryChangeFeed({ ...silentLog, error: (_event, fields) => resolve(fields) });
  using _subscription = feed.subscribe('collection:1', () => {
    throw new Error('a listener that fails');
  });
  feed.publish([{ topic: 'collection:1', modSeq: 1 }]);
  t.like(await promise, { result: 'failed', topic: 'collection:1' });
});
