import test from 'ava';
import { Adler32 } from './adler32.ts';

const hex = (octets: Uint8Array) => Buffer.from(octets).toString('hex');

for (const [text, sum] of [
  ['', '00000001'],
  ['a', '00620062'],
  ['hello', '062c0215'],
  ['Wikipedia', '11e60398'],
] as const) {
  test(`rfc1950 9: the checksum of ${JSON.stringify(text)}`, (t) => {
    t.is(hex(new Adler32().update(Buffer.from(text)).digest()), sum);
  });
}

test('rfc1950 9: the largest octets do not overflow, and pieces make no difference', (t) => {
  const octets = Buffer.alloc(1_000_003, 0xff);
  let a = 1n;
  let b = 0n;
  for (const octet of octets) {
    a += BigInt(octet);
    b += a;
  }
  const expected = (((b % 65_521n) << 16n) | (a % 65_521n)).toString(16).padStart(8, '0');
  t.is(hex(new Adler32().update(octets).digest()), expected);
  const pieces = new Adler32();
  for (let at = 0; at < octets.length; at += 7777) pieces.update(octets.subarray(at, at + 7777));
  t.is(hex(pieces.digest()), expected);
});
