import test from 'ava';
import { decodeBase64, encodeBase64 } from './base64.ts';

for (const [value, text] of [
  ['', ''],
  ['Zg==', 'f'],
  ['Zm8=', 'fo'],
  ['Zm9v', 'foo'],
  ['Zg', undefined],
  ['Zg=', undefined],
  ['Zg===', undefined],
  ['Z===', undefined],
  ['=Zg=', undefined],
  ['Zm 8=', undefined],
  ['Zm8=\n', undefined],
  ['-_8=', undefined],
] as const) {
  test(`rfc4648 4: ${JSON.stringify(value)}`, (t) => {
    const octets = decodeBase64(value);
    t.is(octets === undefined ? undefined : Buffer.from(octets).toString(), text);
    if (octets !== undefined) t.is(encodeBase64(octets), value);
  });
}

test('rfc4648 4: part of a larger buffer is encoded alone', (t) => {
  t.is(encodeBase64(Buffer.from('xfoox').subarray(1, 4)), 'Zm9v');
});
