import test from 'ava';
import { formatHttpDate, formatTimestamp, parseHttpDate } from './date.ts';

const example = Date.UTC(1994, 10, 6, 8, 49, 37);

for (const [value, time] of [
  ['Sun, 06 Nov 1994 08:49:37 GMT', example],
  ['Sunday, 06-Nov-94 08:49:37 GMT', example],
  ['Sun Nov  6 08:49:37 1994', example],
  ['Wed Nov 16 08:49:37 1994', Date.UTC(1994, 10, 16, 8, 49, 37)],
  ['Thu, 29 Feb 2024 23:59:59 GMT', Date.UTC(2024, 1, 29, 23, 59, 59)],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['Mon, 01 Jan 0001 00:00:00 GMT', Date.parse('0001-01-01T00:00:00Z')],
  ['Sat, 01 Jan 0000 00:00:00 GMT', Date.parse('0000-01-01T00:00:00Z')],
  ['Fri, 31 Dec 9999 23:59:59 GMT', Date.parse('9999-12-31T23:59:59Z')],
  // A leap second, and a wrong day of the week.
  ['Sat, 31 Dec 2016 23:59:60 GMT', Date.UTC(2016, 11, 31, 23, 59, 59)],
  ['Mon, 06 Nov 1994 08:49:37 GMT', example],
  ['', undefined],
  ['Sun, 06 Nov 1994 08:49:37', undefined],
  ['Sun, 06 Nov 1994 08:49:37 UTC', undefined],
  ['Sun, 06 Nov 1994 08:49:37 +0000', undefined],
  ['sun, 06 nov 1994 08:49:37 gmt', undefined],
  ['Sun, 6 Nov 1994 08:49:37 GMT', undefined],
  ['Son, 06 Nov 1994 08:49:37 GMT', undefined],
  ['Sun, 06 Abc 1994 08:49:37 GMT', undefined],
  ['Sun, 31 Nov 1994 08:49:37 GMT', undefined],
  ['Wed, 29 Feb 2023 08:49:37 GMT', undefined],
  ['Sun, 00 Nov 1994 08:49:37 GMT', undefined],
  ['Sun, 06 Nov 1994 24:00:00 GMT', undefined],
  ['Sun, 06 Nov 1994 08:60:00 GMT', undefined],
  ['Sun, 06 Nov 1994 08:49:61 GMT', undefined],
  ['Sunday, 06-Nov-1994 08:49:37 GMT', undefined],
  ['Someday, 06-Nov-94 08:49:37 GMT', undefined],
  ['Sun Nov 6 08:49:37 1994', undefined],
  [' Sun, 06 Nov 1994 08:49:37 GMT', undefined],
  ['Sun, 06 Nov 1994 08:49:37 GMT\r\nX: y', undefined],
  ['1994-11-06T08:49:37Z', undefined],
  ['784111777', undefined],
] as const) {
  // Test titles do not tell one space from two.
  test(`rfc9110 5.6.7: ${JSON.stringify(value).replaceAll(' ', '_')}`, (t) => t.is(parseHttpDate(value), time));
}

for (const [value, now, year] of [
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(2026, 0), 1994],
  ['Sunday, 06-Nov-76 08:49:37 GMT', Date.UTC(2026, 0), 2076],
  ['Sunday, 06-Nov-77 08:49:37 GMT', Date.UTC(2026, 0), 1977],
  ['Sunday, 06-Nov-26 08:49:37 GMT', Date.UTC(2026, 0), 2026],
  ['Sunday, 06-Nov-00 08:49:37 GMT', Date.UTC(2026, 0), 2000],
  ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1999, 0), 1994],
  ['Sunday, 06-Nov-69 08:49:37 GMT', undefined, 2069],
  ['Sunday, 06-Nov-70 08:49:37 GMT', undefined, 1970],
] as const) {
  test(`rfc9110 5.6.7: two digits, ${value} read in ${now ?? 'no known year'} is of ${year}`, (t) => {
    t.is(new Date(parseHttpDate(value, now) ?? Number.NaN).getUTCFullYear(), year);
  });
}

test('rfc9110 5.6.7: what is written is what Date writes, for every day of 800 years and at all times of a day', (t) => {
  for (let day = -719_528; day < -719_528 + 292_194; day += 1) {
    const time = day * 86_400_000 + ((Math.abs(day) * 7_919_123) % 86_400_000);
    const date = new Date(time);
    if (formatHttpDate(time) !== date.toUTCString()) t.fail(`${time}: ${formatHttpDate(time)}`);
    if (formatTimestamp(time) !== `${date.toISOString().slice(0, 19)}Z`) t.fail(`${time}: ${formatTimestamp(time)}`);
  }
  t.is(formatHttpDate(example), 'Sun, 06 Nov 1994 08:49:37 GMT');
});

test('rfc9110 5.6.7: what is written is read back in whole seconds, before the epoch too', (t) => {
  for (const time of [example + 999, -1, -86_400_001, 0.5, 951_782_400_000]) {
    t.is(parseHttpDate(formatHttpDate(time)), Math.floor(time / 1000) * 1000);
  }
});

test('rfc4918 15.1: a creation date', (t) => {
  t.is(formatTimestamp(Date.UTC(1997, 11, 1, 17, 42, 21, 999)), '1997-12-01T17:42:21Z');
});

test('rfc9110 5.6.7: what four digits of a year cannot hold is written as the nearest that they can', (t) => {
  t.is(formatHttpDate(Number.MAX_VALUE), 'Fri, 31 Dec 9999 23:59:59 GMT');
  t.is(formatTimestamp(Number.POSITIVE_INFINITY), '9999-12-31T23:59:59Z');
  t.is(formatTimestamp(Number.NEGATIVE_INFINITY), '0000-01-01T00:00:00Z');
  t.is(formatHttpDate(Number.NaN), 'Thu, 01 Jan 1970 00:00:00 GMT');
});
