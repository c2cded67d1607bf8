import test from 'ava';
import type { FeedMessage } from './feed-messages.ts';
import { formatMessage, parseMessage } from './feed-messages.ts';
import { OutgoingChanges } from './outgoing-changes.ts';

const cases: readonly [title: string, message: FeedMessage, text: string][] = [
  ['one change', { sender: 'a', changes: [{ topic: 'collection:1', modSeq: 7 }] }, '["a","collection:1",7]'],
  [
    'several',
    {
      sender: 'a',
      changes: [
        { topic: 'x', modSeq: 1 },
        { topic: 'é"\\', modSeq: 2 ** 53 - 1 },
      ],
    },
    '["a","x",1,"é\\"\\\\",9007199254740991]',
  ],
  ['all', { sender: 'a', changes: 'all' }, '["a"]'],
];

for (const [title, message, text] of cases) {
  test(`feed message: ${title}`, (t) => {
    t.deepEqual(formatMessage(message), [text]);
    t.deepEqual(parseMessage(text), message);
  });
}

test('feed message: nothing is no payload', (t) => {
  t.deepEqual(formatMessage({ sender: 'a', changes: [] }), []);
});

test('feed message: many changes go in payloads that NOTIFY takes, and none is lost', (t) => {
  const changes = Array.from({ length: 2000 }, (_, index) => ({
    topic: `collection:${'é'.repeat(index % 190)}${index}`,
    modSeq: index,
  }));
  const payloads = formatMessage({ sender: 'sender', changes });
  t.true(payloads.every((payload) => Buffer.byteLength(payload) < 8000));
  t.true(payloads.length < 80);
  const parsed = payloads.map((payload) => parseMessage(payload)?.changes ?? []);
  t.deepEqual(parsed.flat() as unknown, changes);
});

test('feed message: what is none is not taken for one', (t) => {
  for (const text of [
    '',
    'x',
    '{}',
    '[]',
    '[1]',
    '["a","x"]',
    '["a",1,"x"]',
    '["a","x","y"]',
    '["a","x",1',
    'null',
    '[["a"]]',
  ]) {
    t.is(parseMessage(text), undefined, text);
  }
});

test('outgoing changes: one for each topic, the highest, and beyond the limit all at once', (t) => {
  const outgoing = new OutgoingChanges(2);
  t.true(outgoing.isEmpty);
  outgoing.add([
    { topic: 'x', modSeq: 2 },
    { topic: 'y', modSeq: 1 },
    { topic: 'x', modSeq: 1 },
  ]);
  t.false(outgoing.isEmpty);
  t.deepEqual(outgoing.take(), [
    { topic: 'x', modSeq: 2 },
    { topic: 'y', modSeq: 1 },
  ]);
  t.true(outgoing.isEmpty);
  outgoing.add(['x', 'y', 'z'].map((topic) => ({ topic, modSeq: 1 })));
  outgoing.add([{ topic: 'x', modSeq: 3 }]);
  t.false(outgoing.isEmpty);
  t.is(outgoing.take(), 'all');
  t.true(outgoing.isEmpty);
  outgoing.add('all');
  t.is(outgoing.take(), 'all');
});
