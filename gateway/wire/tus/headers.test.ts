import test from 'ava';
import { createHash } from 'node:crypto';
import * as tus from './headers.ts';

const octets = (text: string) => new Uint8Array(Buffer.from(text));

for (const [header, metadata] of [
  [undefined, []],
  ['', []],
  [
    'filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential',
    [
      ['filename', octets('world_domination_plan.pdf')],
      ['is_confidential', octets('')],
    ],
  ],
  [
    'a YQ== , b Yg==',
    [
      ['a', octets('a')],
      ['b', octets('b')],
    ],
  ],
  ['a ', [['a', octets('')]]],
] as const) {
  test(`tus 1.0 creation: Upload-Metadata ${JSON.stringify(header)}`, (t) => {
    const parsed = tus.parseUploadMetadata(header);
    t.deepEqual<unknown, unknown>(parsed.ok && [...parsed.value], metadata);
    if (!parsed.ok) return;
    const again = tus.parseUploadMetadata(tus.formatUploadMetadata(parsed.value));
    t.deepEqual<unknown, unknown>(again.ok && [...again.value], metadata);
  });
}

for (const [what, header] of [
  ['a key twice', 'a YQ==,a Yg=='],
  ['an empty pair', 'a YQ==,,b Yg=='],
  ['a comma at the end', 'a YQ==,'],
  ['a value that is no base64', 'a !!!!'],
  ['a value without padding', 'a YQ'],
  ['two values', 'a YQ== Yg=='],
  ['a key that is not ASCII', 'é YQ=='],
  ['a line break', 'a YQ==\r\nb'],
  ['NUL', 'a\0 YQ=='],
  ['commas only', ','.repeat(100_000)],
  ['spaces between, in plenty', `a${' '.repeat(100_000)}!`],
] as const) {
  test(`tus 1.0 creation: Upload-Metadata with ${what} is refused`, (t) => t.false(tus.parseUploadMetadata(header).ok));
}

test('tus 1.0 creation: values are octets; read as text where they are UTF-8', (t) => {
  const metadata = new Map([
    ['name', octets('é😀')],
    ['mark', octets('\ufeffa')],
    ['raw', Uint8Array.of(0xff)],
  ]);
  t.is(tus.metadataText(metadata, 'name'), 'é😀');
  t.is(tus.metadataText(metadata, 'mark'), '\ufeffa');
  t.is(tus.metadataText(metadata, 'raw'), undefined);
  t.is(tus.metadataText(metadata, 'none'), undefined);
});

test('tus 1.0 creation: keys that the header cannot hold are left out', (t) => {
  const metadata = new Map(['a b', 'a,b', '', 'é', 'a\r\nX:', 'ok'].map((key) => [key, octets('x')] as const));
  t.is(tus.formatUploadMetadata(metadata), 'ok eA==');
});

for (const [header, value] of [
  [undefined, undefined],
  ['0', 0],
  [' 100 ', 100],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['9007199254740992', 'invalid'],
  ['9'.repeat(400), 'invalid'],
  ['-1', 'invalid'],
  ['1.5', 'invalid'],
  ['1e3', 'invalid'],
  ['0x10', 'invalid'],
  ['', 'invalid'],
  ['1,2', 'invalid'],
] as const) {
  test(`tus 1.0 core: Upload-Length and Upload-Offset ${JSON.stringify(header?.slice(0, 30))}`, (t) => {
    t.is(tus.parseUploadLength(header), value);
    t.is(tus.parseUploadOffset(header), value);
  });
}

for (const [header, value] of [
  [undefined, false],
  ['1', true],
  ['0', 'invalid'],
  ['true', 'invalid'],
  ['', 'invalid'],
] as const) {
  test(`tus 1.0 creation-defer-length: ${JSON.stringify(header)}`, (t) =>
    t.is(tus.parseUploadDeferLength(header), value));
}

for (const algorithm of tus.tusChecksumAlgorithms) {
  test(`tus 1.0 checksum: ${algorithm}, as Node names it`, (t) => {
    const value = createHash(algorithm).update('hello').digest();
    t.deepEqual(tus.parseUploadChecksum(`${algorithm} ${value.toString('base64')}`), {
      ok: true,
      value: { algorithm, value: new Uint8Array(value) },
    });
  });
}

test('tus 1.0 checksum: none was sent', (t) =>
  t.deepEqual(tus.parseUploadChecksum(undefined), { ok: true, value: undefined }));

for (const header of [
  '',
  'sha1',
  'sha1 ',
  'sha1 Kq5s',
  'crc32 AAAA',
  'sha1  qvTGHdzF6KLavt4PO0gs2a6pQ00=',
  'sha1 ***',
]) {
  test(`tus 1.0 checksum: ${JSON.stringify(header)} is refused`, (t) => t.false(tus.parseUploadChecksum(header).ok));
}
