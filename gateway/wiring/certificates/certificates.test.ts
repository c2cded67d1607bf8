import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, promisify } from 'node:util';
import test from 'ava';
import type { Clock } from '../../ports/clock.ts';
import { configFrom } from '../config/load.ts';
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

/** What openssl reads in a certificate. */
async function textOf(file: string): Promise<string> {
  return (await run('openssl', ['x509', '-in', file, '-noout', '-text'])).stdout;
}

function clockAt(ms: number): Clock {
  return { nowMs: () => ms };
}

/** RFC 5280 §4.1.2.5.1 and §4.1.2.5.2: the tag, the length, and digits of whole seconds. */
const ends: readonly (readonly [rule: string, endMs: number, hex: string])[] = [
  [
    'rfc5280 4.1.2.5: 2049 is UTCTime',
    Date.UTC(2049, 11, 31, 23, 59, 59, 999),
    `170d${Buffer.from('491231235959Z').toString('hex')}`,
  ],
  [
    'rfc5280 4.1.2.5: 2050 is GeneralizedTime without a fraction',
    Date.UTC(2050, 0, 1, 0, 0, 0, 1),
    `180f${Buffer.from('20500101000000Z').toString('hex')}`,
  ],
];

for (const [rule, endMs, hex] of ends) {
  test(rule, async (t) => {
    const { certificatePem } = await issueAuthority('authority', 10, endMs - 10 * dayMs);
    t.true(new X509Certificate(certificatePem).raw.toString('hex').includes(hex));
  });
}

test('rfc5280 4.1.2.2: a serial number is positive, of 16 octets, and another one each time', async (t) => {
  const pairs = await Promise.all(Array.from({ length: 8 }, () => issueAuthority('authority', 10, start)));
  const serials = pairs.map(({ certificatePem }) => new X509Certificate(certificatePem).serialNumber);
  for (const serial of serials) t.regex(serial, /^[4-7][0-9A-F]{31}$/);
  t.is(new Set(serials).size, serials.length);
});

test('rfc5280 4.2.1: what the authority and the server certificate are for, and whose key signed', async (t) => {
  const folder = await folderFor(t);
  const { certificateFile, authorityFile } = await localCertificates(folder, ['a.example', '::1'], clockAt(start));
  const [authority, server] = await Promise.all([authorityFile, certificateFile].map(textOf));
  t.regex(authority ?? '', /Basic Constraints: critical\n +CA:TRUE, pathlen:0\n/);
  t.regex(authority ?? '', /Key Usage: critical\n +Certificate Sign, CRL Sign\n/);
  t.regex(server ?? '', /Basic Constraints: critical\n +CA:FALSE\n/);
  t.regex(server ?? '', /Key Usage: critical\n +Digital Signature\n/);
  t.regex(server ?? '', /Extended Key Usage: *\n +TLS Web Server Authentication\n/);
  t.regex(server ?? '', /Subject Alternative Name: *\n +DNS:a\.example, IP Address:0:0:0:0:0:0:0:1\n/);
  const keyOf = (kind: string, text = ''): string =>
    new RegExp(`${kind} Key Identifier: *\\n +([0-9A-F:]{59})\\n`).exec(text)?.[1] ?? `no ${kind}`;
  t.is(keyOf('Authority', server), keyOf('Subject', authority));
  t.not(keyOf('Subject', server), keyOf('Subject', authority));
  for (const text of [authority, server]) t.is(text?.match(/Signature Algorithm: ecdsa-with-SHA256/g)?.length, 2);
});

test('rfc5280 4.1.2.4: the issuer is the authority by its name, whatever characters that has', async (t) => {
  const authority = await issueAuthority('Autorité, 1 + "2" \\ 3', 10, start);
  const server = await issueServerCertificate(authority, ['a.example'], 5, start);
  const issuer = new X509Certificate(authority.certificatePem);
  t.true(new X509Certificate(server.certificatePem).checkIssued(issuer));
  t.is(new X509Certificate(server.certificatePem).issuer, issuer.subject);
});

test('rfc5280 4.1.2.5: certificates begin an hour early, for clocks that are behind', async (t) => {
  const authority = await issueAuthority('authority', 10, start);
  const server = await issueServerCertificate(authority, ['a.example'], 5, start);
  for (const { certificatePem } of [authority, server])
    t.is(new X509Certificate(certificatePem).validFromDate.getTime(), start - 3_600_000);
  t.is(new X509Certificate(authority.certificatePem).validToDate.getTime(), start + 10 * dayMs);
  t.is(new X509Certificate(server.certificatePem).validToDate.getTime(), start - 3_600_000 + 5 * dayMs);
});

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
  const authority = await issueAuthority('authority', 3650, Date.now());
  const server = await issueServerCertificate(authority, ['a.example'], 90, Date.now());
  const below = await issueServerCertificate(server, ['b.example'], 90, Date.now());
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
  const other = await issueAuthority('other', 10, start);
  await writeFile(join(folder, 'tls', 'server.key'), other.privateKeyPem);
  t.true((await localCertificates(folder, ['a.example'], clockAt(start))).renewed);
});

/** Makes or keeps certificates in a process of its own. @returns whether it loaded pkijs */
async function loadsPkijs(folder: string): Promise<boolean> {
  const { href } = new URL('self-signed.ts', import.meta.url);
  const script = `
    import { registerHooks } from 'node:module';
    let loaded = false;
    registerHooks({ resolve(specifier, context, next) { loaded ||= specifier === 'pkijs'; return next(specifier, context); } });
    const { localCertificates } = await import(${JSON.stringify(href)});
    await localCertificates(${JSON.stringify(folder)}, ['a.example'], { nowMs: () => ${start} });
    console.log(loaded);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  return stdout === 'true\n';
}

test('local certificates: a start that makes none does not load what makes them', async (t) => {
  const folder = await folderFor(t);
  t.true(await loadsPkijs(folder));
  t.false(await loadsPkijs(folder));
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
