import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import type { Clock } from '../../ports/clock.ts';
import { configFrom } from '../config/load.ts';
import { integer, objectIdentifier, octetString, tagged, time } from './der.ts';
import { CertificateError, certificateFromFiles } from './from-files.ts';
import { loadCertificates } from './index.ts';
import { issueAuthority, issueServerCertificate } from './issue.ts';
import { localCertificates } from './self-signed.ts';

const run = promisify(execFile);
const dayMs = 86_400_000;
const start = Date.UTC(2026, 0, 1);

async function folderFor(t: { teardown(done: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-certificates-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

function clockAt(ms: number): Clock {
  return { nowMs: () => ms };
}

/** X.690 §8 and RFC 5280 §4.1.2.5, from the standards' own examples where they have some. */
const der: readonly (readonly [rule: string, actual: Uint8Array, hex: string])[] = [
  ['x690 8.1.3.4: a length below 128 is one octet', octetString(new Uint8Array(127)).subarray(0, 2), '047f'],
  ['x690 8.1.3.5: a longer one says how many octets it has', octetString(new Uint8Array(201)).subarray(0, 3), '0481c9'],
  ['x690 8.1.3.5: two octets of length', octetString(new Uint8Array(256)).subarray(0, 4), '04820100'],
  ['x690 8.3.2: an integer has the fewest octets', integer(Uint8Array.of(0, 0, 1)), '020101'],
  ['x690 8.3.2: zero', integer(Uint8Array.of(0)), '020100'],
  ['x690 8.3.3: a first bit that is set is not a sign', integer(Uint8Array.of(0x80)), '02020080'],
  ['x690 8.19.5: the identifier 2.999.3', objectIdentifier('2.999.3'), '0603883703'],
  ['x690 8.14: a tag around a content', tagged(0xa0, Uint8Array.of(5, 0)), 'a0020500'],
  [
    'rfc5280 4.1.2.5: 2049 is UTCTime',
    time(Date.UTC(2049, 11, 31, 23, 59, 59, 999)),
    `170d${Buffer.from('491231235959Z').toString('hex')}`,
  ],
  [
    'rfc5280 4.1.2.5: 2050 is GeneralizedTime',
    time(Date.UTC(2050, 0, 1)),
    `180f${Buffer.from('20500101000000Z').toString('hex')}`,
  ],
];

for (const [rule, actual, hex] of der) test(rule, (t) => t.is(Buffer.from(actual).toString('hex'), hex));

test('rfc5280 6.1: openssl accepts the chain for every name, and for no other', async (t) => {
  const folder = await folderFor(t);
  const names = ['files.univ.example', 'localhost', '127.0.0.1', '::1', '2001:db8::1:0:2'];
  const { served, authorityFile } = await localCertificates(folder, names, clockAt(Date.now()));
  const file = join(folder, 'served.pem');
  await writeFile(file, served.certificatePem);
  const verify = (option: string, name: string): Promise<unknown> =>
    run('openssl', ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', authorityFile, option, name, file]);
  for (const name of names)
    await t.notThrowsAsync(verify(/^[\d.]+$|:/.test(name) ? '-verify_ip' : '-verify_hostname', name));
  await t.throwsAsync(verify('-verify_hostname', 'other.example'));
  await t.throwsAsync(verify('-verify_ip', '192.0.2.1'));
});

test('rfc5280 4.2.1.9: a server certificate is no authority', async (t) => {
  const folder = await folderFor(t);
  const authority = issueAuthority('authority', 3650, Date.now());
  const server = issueServerCertificate(authority, ['a.example'], 90, Date.now());
  const below = issueServerCertificate(server, ['b.example'], 90, Date.now());
  await writeFile(join(folder, 'ca.pem'), authority.certificatePem);
  await writeFile(join(folder, 'server.pem'), server.certificatePem);
  await writeFile(join(folder, 'below.pem'), below.certificatePem);
  const args = [
    'verify',
    '-CAfile',
    join(folder, 'ca.pem'),
    '-untrusted',
    join(folder, 'server.pem'),
    join(folder, 'below.pem'),
  ];
  await t.throwsAsync(run('openssl', args), { message: /invalid CA certificate/ });
});

test('local certificates: keys are for the owner only, and the server certificate lasts at most 397 days', async (t) => {
  const folder = await folderFor(t);
  const { served } = await localCertificates(folder, ['a.example'], clockAt(start));
  for (const key of ['ca.key', 'server.key']) t.is((await stat(join(folder, 'tls', key))).mode & 0o777, 0o600);
  t.is((await stat(join(folder, 'tls'))).mode & 0o777, 0o700);
  t.true(served.notAfterMs - start <= 397 * dayMs);
});

test('local certificates: they are kept, made anew before their end or for a new name, and the authority stays', async (t) => {
  const folder = await folderFor(t);
  const first = await localCertificates(folder, ['a.example', '::1'], clockAt(start));
  const authority = await readFile(first.authorityFile, 'utf8');
  const again = await localCertificates(folder, ['a.example', '0:0:0:0:0:0:0:1'], clockAt(start + 300 * dayMs));
  t.false(again.renewed);
  t.is(again.served.certificatePem, first.served.certificatePem);
  const late = await localCertificates(folder, ['a.example'], clockAt(start + 370 * dayMs));
  t.true(late.renewed);
  t.true(late.served.notAfterMs > first.served.notAfterMs);
  const named = await localCertificates(folder, ['a.example', 'b.example'], clockAt(start + 370 * dayMs));
  t.true(named.renewed);
  t.deepEqual(named.served.names, ['a.example', 'b.example']);
  t.is(await readFile(first.authorityFile, 'utf8'), authority);
});

test('local certificates: an authority that would end before what it signs is made anew', async (t) => {
  const folder = await folderFor(t);
  const { authorityFile } = await localCertificates(folder, ['a.example'], clockAt(start));
  const before = await readFile(authorityFile, 'utf8');
  const { renewed } = await localCertificates(folder, ['a.example'], clockAt(start + 3400 * dayMs));
  t.true(renewed);
  t.not(await readFile(authorityFile, 'utf8'), before);
});

test('local certificates: a key that is not the one of the certificate is replaced', async (t) => {
  const folder = await folderFor(t);
  await localCertificates(folder, ['a.example'], clockAt(start));
  const other = issueAuthority('other', 10, start);
  await writeFile(join(folder, 'tls', 'server.key'), other.privateKeyPem);
  t.true((await localCertificates(folder, ['a.example'], clockAt(start))).renewed);
});

test('certificates from files: names come from the certificate, the key may be encrypted', async (t) => {
  const folder = await folderFor(t);
  const passphrase = randomBytes(9).toString('base64url');
  const authority = issueAuthority('authority', 3650, Date.now());
  const server = issueServerCertificate(authority, ['A.example', 'b.example'], 90, Date.now());
  await writeFile(join(folder, 'cert.pem'), server.certificatePem);
  await writeFile(join(folder, 'plain.pem'), server.privateKeyPem);
  await writeFile(join(folder, 'pass'), passphrase);
  await run('openssl', [
    'pkcs8',
    '-topk8',
    '-in',
    join(folder, 'plain.pem'),
    '-out',
    join(folder, 'key.pem'),
    '-passout',
    `file:${join(folder, 'pass')}`,
  ]);
  const config = await configFrom(
    {
      server: {
        tls: {
          mode: 'files',
          certificates: [{ certFile: 'cert.pem', keyFile: 'key.pem', keyPassphrase: 'file:pass' }],
        },
      },
    },
    folder,
  );
  const { served, authorityFile } = await loadCertificates(config, folder, {}, clockAt(Date.now()));
  t.deepEqual(served[0]?.names, ['a.example', 'b.example']);
  t.is(authorityFile, undefined);
});

test('certificates from files: what is wrong is said with the file, and holds nothing of the key', async (t) => {
  const folder = await folderFor(t);
  const authority = issueAuthority('authority', 3650, Date.now());
  const server = issueServerCertificate(authority, ['a.example'], 90, Date.now());
  await writeFile(join(folder, 'cert.pem'), server.certificatePem);
  await writeFile(join(folder, 'other.pem'), authority.privateKeyPem);
  await writeFile(join(folder, 'text.pem'), 'not a key at all');
  const source = { baseDir: folder, environment: {} };
  const cases = [
    ['none.pem', 'other.pem', 'there is no file none.pem'],
    ['text.pem', 'other.pem', 'text.pem does not hold a PEM certificate'],
    ['cert.pem', 'text.pem', 'text.pem does not hold a private key that can be read'],
    ['cert.pem', 'other.pem', 'the key in other.pem is not the one of the certificate in cert.pem'],
  ] as const;
  for (const [certFile, keyFile, message] of cases) {
    await t.throwsAsync(certificateFromFiles({ certFile, keyFile }, source), { instanceOf: CertificateError, message });
  }
});
