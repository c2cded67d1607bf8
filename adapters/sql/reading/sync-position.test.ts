import test from 'ava';
import { formatSyncPosition, parseSyncPosition } from './sync-position.ts';

const cases: readonly [text: string, number: number, reached: number, firstSyncStart: number | undefined][] = [
  ['a mod-sequence is itself', 42, 42, undefined],
  ['zero is the beginning', 0, 0, undefined],
  ['the middle of a first synchronisation holds its start', 2 ** 48 + 9 * 2 ** 24 + 5, 5, 9],
  ['the largest of both', 2 ** 48 + 2 ** 48 - 1, 2 ** 24 - 1, 2 ** 24 - 1],
];

for (const [title, number, reached, firstSyncStart] of cases) {
  test(`sync position: ${title}`, (t) => {
    t.deepEqual(parseSyncPosition(number), { reached, firstSyncStart });
    t.is(formatSyncPosition({ reached, firstSyncStart }), number);
    // Sync tokens have at most 15 digits.
    t.true(String(number).length <= 15);
  });
}

test('sync position: a start that does not fit is left out', (t) => {
  t.is(formatSyncPosition({ reached: 5, firstSyncStart: 2 ** 24 }), 5);
});
