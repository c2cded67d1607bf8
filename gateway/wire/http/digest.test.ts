import test from 'ava';
import { createHash } from 'node:crypto';
import type { DigestHeaders, ExpectedDigest } from './digest.ts';
import { parseDigestHeaders } from './digest.ts';

const digest = (name: string) => createHash(name).update('hello').digest();
const md5 = digest('md5');
const sha1 = digest('sha1');
const sha256 = digest('sha256');
const sha512 = digest('sha512');
const adler = Buffer.from('062c0215', 'hex');

const expect = (algorithm: ExpectedDigest['algorithm'], value: Buffer, header: string) => ({
  algorithm,
  value: new Uint8Array(value),
  header,
});

const cases: readonly (readonly [rule: string, headers: DigestHeaders, expected: readonly ExpectedDigest[]])[] = [
  ['rfc3230 4.3: no checksum', {}, []],
  [
    'rfc3230 4.3.2: Digest, several, letter case without meaning',
    { digest: `SHA-256=${sha256.toString('base64')}, md5=${md5.toString('base64')},SHA=${sha1.toString('base64')}` },
    [expect('sha256', sha256, 'Digest'), expect('md5', md5, 'Digest'), expect('sha1', sha1, 'Digest')],
  ],
  ['rfc3230 4.1.1: ADLER32 is hexadecimal', { digest: 'adler32=062c0215' }, [expect('adler32', adler, 'Digest')]],
  ['rfc3230 4.3.2: algorithms that are not known', { digest: 'UNIXsum=30637, crc32c=x, sha-256;q=1' }, []],
  [
    'rfc9530 2: Content-Digest',
    { contentDigest: `sha-512=:${sha512.toString('base64')}:, sha-256=:${sha256.toString('base64')}:;x=1` },
    [expect('sha512', sha512, 'Content-Digest'), expect('sha256', sha256, 'Content-Digest')],
  ],
  [
    'rfc9530 3: Repr-Digest with algorithms that are deprecated or not known',
    { reprDigest: `adler=:${adler.toString('base64')}:,crc32c=:AAAA:,md5=:${md5.toString('base64')}:` },
    [expect('adler32', adler, 'Repr-Digest'), expect('md5', md5, 'Repr-Digest')],
  ],
  ['owncloud: OC-Checksum, one', { ocChecksum: `SHA1:${sha1.toString('hex')}` }, [expect('sha1', sha1, 'OC-Checksum')]],
  [
    'owncloud: OC-Checksum, several, in either letter case',
    {
      ocChecksum: `SHA1:${sha1.toString('hex')} MD5:${md5.toString('hex').toUpperCase()} adler32:062c0215 SHA3-256:00`,
    },
    [expect('sha1', sha1, 'OC-Checksum'), expect('md5', md5, 'OC-Checksum'), expect('adler32', adler, 'OC-Checksum')],
  ],
  ['rfc2616 14.15: Content-MD5', { contentMd5: ` ${md5.toString('base64')} ` }, [expect('md5', md5, 'Content-MD5')]],
];

for (const [rule, headers, expected] of cases) {
  test(rule, (t) => t.deepEqual(parseDigestHeaders(headers), { ok: true, value: expected }));
}

for (const [what, headers] of [
  ['a Digest without value', { digest: 'md5' }],
  ['an empty Digest', { digest: 'sha-256=' }],
  ['a Digest of the wrong length', { digest: `sha-256=${md5.toString('base64')}` }],
  ['a Digest that is no base64', { digest: 'md5=***' }],
  ['a Digest in base64url', { digest: `sha-256=${'_'.repeat(43)}=` }],
  ['a Digest in hexadecimal', { digest: `md5=${md5.toString('hex')}` }],
  ['a Content-Digest without colons', { contentDigest: `md5=${md5.toString('base64')}` }],
  ['a Content-Digest with one colon', { contentDigest: `md5=:${md5.toString('base64')}` }],
  ['an OC-Checksum that is no hexadecimal', { ocChecksum: `SHA1:${'g'.repeat(40)}` }],
  ['an OC-Checksum of an odd length', { ocChecksum: 'SHA1:abc' }],
  ['an OC-Checksum without value', { ocChecksum: 'MD5' }],
  ['an empty Content-MD5', { contentMd5: '' }],
  ['a Content-MD5 too long', { contentMd5: 'A'.repeat(1_000_000) }],
] as const) {
  test(`rfc3230 4.3 and rfc9530 2: ${what} is refused`, (t) => t.false(parseDigestHeaders(headers).ok));
}
