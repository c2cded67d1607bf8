import test from 'ava';
import { Names, newNonce } from './names.ts';

const names = new Names('passerelle/');
const sha256 = '0123456789abcdef'.repeat(4);
const nonce = 'a1'.repeat(10);

test('s3: a key tells the hash, and where the octets are', (t) => {
  const small = names.newKey(sha256, 1_800_000_000_000, 's', nonce);
  t.is(
    small.key,
    `${sha256}.fe5ce7f0bfff${nonce}s`.replace('fe5ce7f0bfff', (2 ** 48 - 1 - 1_800_000_000_000).toString(16)),
  );
  t.is(small.dataName, `passerelle/blobs/${small.key}`);
  const large = names.newKey(sha256, 1_800_000_000_000, 'l', nonce);
  t.is(large.dataName, `passerelle/large/${nonce}`);
  for (const blob of [small, large]) {
    t.regex(blob.key, /^[A-Za-z0-9._-]{1,128}$/);
    t.deepEqual(names.parseKey(blob.key), blob);
    t.deepEqual(names.keyOfEntry(names.entry(blob.key)), blob);
    t.is(blob.sha256, sha256);
  }
});

test('s3: of two keys of the same octets the younger one is listed first', (t) => {
  const keys = [0, 1, 1_700_000_000_000, 1_800_000_000_000, 1_800_000_000_001].map(
    (nowMs) => names.newKey(sha256, nowMs, 's', newNonce()).key,
  );
  t.deepEqual([...keys].sort(), [...keys].reverse());
});

const hostileKeys = [
  '',
  sha256,
  `${sha256}.`,
  `${sha256}.${'0'.repeat(32)}x`,
  `${sha256}.${'0'.repeat(31)}s`,
  `${sha256.toUpperCase()}.${'0'.repeat(32)}s`,
  `../${sha256}.${'0'.repeat(32)}s`,
  `${sha256}.${'0'.repeat(32)}s\n`,
  `${sha256}.${'0'.repeat(32)}s/..`,
  'x'.repeat(1_000_000),
];
for (const key of hostileKeys) {
  test(`s3: ${JSON.stringify(key.slice(0, 120))} is no key`, (t) => {
    t.is(names.parseKey(key), undefined);
  });
}

test('s3: pieces are named by their first octet, in the order of their offsets', (t) => {
  const folder = names.pieces('an-upload-0123456', 'generation');
  const offsets = [0, 1, 15, 16, 5_242_880, 2 ** 40, Number.MAX_SAFE_INTEGER];
  const all = offsets.map((offset) => names.piece('an-upload-0123456', 'generation', offset));
  t.deepEqual([...all].sort(), all);
  t.deepEqual(
    all.map((name) => names.offsetOfPiece(name, folder)),
    offsets,
  );
  t.is(names.offsetOfPiece(names.piece('an-upload-0123456', 'generation', 16, nonce), folder), 16);
  t.is(names.offsetOfPiece(names.piece('an-upload-0123456', 'another', 16), folder), undefined);
  t.is(names.offsetOfPiece(names.session('an-upload-0123456'), folder), undefined);
});

test('s3: objects below the staging folder tell their upload', (t) => {
  t.is(names.idOfStaged(names.session('an-upload-0123456')), 'an-upload-0123456');
  t.is(names.idOfStaged(names.piece('an-upload-0123456', 'generation', 0)), 'an-upload-0123456');
  for (const foreign of [
    'passerelle/staging/short/upload',
    'passerelle/staging/',
    'elsewhere/x',
    'passerelle/blobs/x',
  ]) {
    t.is(names.idOfStaged(foreign), undefined);
  }
});
