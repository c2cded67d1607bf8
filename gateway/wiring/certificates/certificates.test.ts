import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import test from 'ava';
import type { Clock } from '../../ports/clock.ts';
import { configFrom } from '../config/load.ts';
import { integer, objectIdentifier, octetString, tagged, time } from './der.ts';
import { prepareCertificates } from './index.ts';
import { issueAuthority, issueServerCertificate } from './issue.ts';
import { namesOf } from './names.ts';
import { localCertificates } from './self-signed.ts';

const run = promisify(execFile);
const dayMs = 86_400_000;
const start = Date.UTC(2026, 0, 1);

async function folderFor(t: { teardown(done: () => Promise<void>): void }): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-certificates-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

async function certificateIn(file: string): Promise<X509Certificate> {
  return new X509Certificate(await readFile(file));
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
  const { certificateFile, authorityFile } = await localCertificates(folder, names, clockAt(Date.now()));
  const verify = (option: string, name: string): Promise<unknown> =>
    run('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      '-CAfile',
      authorityFile,
      option,
      name,
      certificateFile,
    ]);
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
  const { certificateFile } = await localCertificates(folder, ['a.example'], clockAt(start));
  for (const key of ['ca.key', 'server.key']) t.is((await stat(join(folder, 'tls', key))).mode & 0o777, 0o600);
  t.is((await stat(join(folder, 'tls'))).mode & 0o777, 0o700);
  const { validFromDate, validToDate } = await certificateIn(certificateFile);
  t.true(validToDate.getTime() - validFromDate.getTime() <= 397 * dayMs);
});

test('local certificates: they are kept, made anew before their end or for a new name, and the authority stays', async (t) => {
  const folder = await folderFor(t);
  const first = await localCertificates(folder, ['a.example', '::1'], clockAt(start));
  const authority = await readFile(first.authorityFile, 'utf8');
  const before = await certificateIn(first.certificateFile);
  const again = await localCertificates(folder, ['a.example', '0:0:0:0:0:0:0:1'], clockAt(start + 300 * dayMs));
  t.false(again.renewed);
  t.is((await certificateIn(again.certificateFile)).fingerprint256, before.fingerprint256);
  const late = await localCertificates(folder, ['a.example'], clockAt(start + 370 * dayMs));
  t.true(late.renewed);
  t.true((await certificateIn(late.certificateFile)).validToDate > before.validToDate);
  const named = await localCertificates(folder, ['a.example', 'b.example'], clockAt(start + 370 * dayMs));
  t.true(named.renewed);
  t.deepEqual(namesOf(await certificateIn(named.certificateFile)), ['a.example', 'b.example']);
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

test('certificates from files: relative paths begin at the configuration, and the passphrase goes along unseen', async (t) => {
  const folder = await folderFor(t);
  await writeFile(join(folder, 'pass'), 'correct horse');
  const certificates = [{ names: ['a.example'], certFile: 'cert.pem', keyFile: 'key.pem', keyPassphrase: 'file:pass' }];
  const config = await configFrom({ server: { tls: { mode: 'files', certificates } } }, folder);
  const { files, authorityFile } = await prepareCertificates(config, folder, {}, clockAt(start));
  t.is(authorityFile, undefined);
  t.is(files[0].certificateFile, join(folder, 'cert.pem'));
  t.is(files[0].privateKeyFile, join(folder, 'key.pem'));
  t.deepEqual(files[0].serverNames, ['a.example']);
  t.is(files[0].passphrase?.reveal(), 'correct horse');
  t.false(inspect(files).includes('horse'));
});
