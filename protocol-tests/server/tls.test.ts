import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, writeFile } from 'node:fs/promises';
import type { TLSSocket } from 'node:tls';
import anyTest from 'ava';
import type { TestFn } from 'ava';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { SharedTicketKeys, ticketKeyOctets } from '../../gateway/server/ticket-keys.ts';
import { loadTlsContexts } from '../../gateway/server/tls-contexts.ts';
import type { TlsContexts, TlsContextsOptions } from '../../gateway/server/tls-contexts.ts';
import { createTestCertificates } from '../support/certificates.ts';
import type { TestCertificate, TestCertificates } from '../support/certificates.ts';
import { Client, bodyOf, get, handshake, openPlain, openTestListener } from './fixture.ts';
import type { TestListener, TestListenerOptions } from './fixture.ts';

interface Context {
  readonly certificates: TestCertificates;
  readonly first: TestCertificate;
  readonly second: TestCertificate;
}

const test = anyTest as TestFn<Context>;

test.before(async (t) => {
  const certificates = await createTestCertificates();
  const first = await certificates.make('first', 'first.example');
  const second = await certificates.make('second', 'second.example', '*.wild.example');
  t.context = { certificates, first, second };
});

test.after.always(async (t) => {
  await t.context.certificates[Symbol.asyncDispose]();
});

async function openTls(
  { first, second }: Context,
  options: TestListenerOptions & { readonly contexts?: Partial<TlsContextsOptions> } = {},
): Promise<TestListener & { readonly contexts: TlsContexts; readonly ca: string[] }> {
  const contexts = await loadTlsContexts({ certificates: [first, second], log: silentLog, ...options.contexts });
  const listener = await openTestListener({
    ...options,
    tls: { mode: 'implicit', contexts, alpnProtocols: ['http/1.1'] },
  });
  return {
    ...listener,
    contexts,
    ca: [first.ca, second.ca],
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  };
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`rfc8996 4: ${version} is spoken`, async (t) => {
    await using listener = await openTls(t.context);
    const socket = await handshake(listener.port, { ca: listener.ca, minVersion: version, maxVersion: version });
    t.is(socket.getProtocol(), version);
    t.regex(socket.getCipher().name, /GCM|CHACHA20|POLY1305/);
    socket.destroy();
  });
}

for (const version of ['TLSv1', 'TLSv1.1'] as const) {
  test(`rfc8996 4: ${version} is refused`, async (t) => {
    await using listener = await openTls(t.context);
    const options = { ca: listener.ca, minVersion: version, maxVersion: version, ciphers: 'ALL:@SECLEVEL=0' } as const;
    await t.throwsAsync(handshake(listener.port, options), { code: 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' });
  });
}

for (const ciphers of ['ECDHE-ECDSA-AES128-SHA256', 'AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-SHA']) {
  test(`rfc9325 4.2: without forward secrecy and AEAD there is no session: ${ciphers}`, async (t) => {
    await using listener = await openTls(t.context);
    await t.throwsAsync(handshake(listener.port, { ca: listener.ca, maxVersion: 'TLSv1.2', ciphers }), {
      code: 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    });
  });
}

test('rfc9325 3.1.1: TLS 1.3 alone when the operator asks for it', async (t) => {
  await using listener = await openTls(t.context, { contexts: { minVersion: 'TLSv1.3' } });
  await t.throwsAsync(handshake(listener.port, { ca: listener.ca, maxVersion: 'TLSv1.2' }));
  const socket = await handshake(listener.port, { ca: listener.ca });
  t.is(socket.getProtocol(), 'TLSv1.3');
  socket.destroy();
});

test('rfc7301 3.2: http/1.1 is agreed on, and a client that only speaks h2 is told so', async (t) => {
  await using listener = await openTls(t.context);
  const socket = await handshake(listener.port, { ca: listener.ca, ALPNProtocols: ['h2', 'http/1.1'] });
  t.is(socket.alpnProtocol, 'http/1.1');
  socket.destroy();
  await t.throwsAsync(handshake(listener.port, { ca: listener.ca, ALPNProtocols: ['h2'] }), {
    code: 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL',
  });
});

const names: readonly (readonly [string | undefined, string])[] = [
  ['first.example', 'first'],
  ['second.example', 'second'],
  ['SECOND.example', 'second'],
  ['a.wild.example', 'second'],
  ['a.b.wild.example', 'first'],
  ['wild.example', 'first'],
  ['unknown.example', 'first'],
  [undefined, 'first'],
];

for (const [servername, expected] of names) {
  test(`rfc6066 3: ${servername ?? 'no name'} is answered with the ${expected} certificate`, async (t) => {
    await using listener = await openTls(t.context);
    const socket = await handshake(listener.port, {
      ca: listener.ca,
      ...(servername === undefined ? {} : { servername }),
    });
    t.is(socket.getPeerCertificate().subject.CN, expected);
    const client = new Client(socket);
    client.write(get);
    t.like(bodyOf(await client.end()), {
      secure: true,
      ...(servername === undefined ? {} : { serverName: servername.toLowerCase() }),
      remoteAddress: '127.0.0.1',
      listener: 'test',
    });
  });
}

test('reload: new handshakes get the new certificate, live connections go on', async (t) => {
  const own = await t.context.certificates.make('reloaded', 'first.example');
  await using listener = await openTls(t.context, { contexts: { certificates: [own] } });
  using before = new Client(await handshake(listener.port, { ca: own.ca }));
  const renewed = await t.context.certificates.make('renewed', 'first.example');
  await copyFile(renewed.certificateFile, own.certificateFile);
  await copyFile(renewed.privateKeyFile, own.privateKeyFile);
  t.deepEqual(await listener.contexts.reloadCertificates(), { ok: true, problems: [] });
  const after = await handshake(listener.port, { ca: renewed.ca });
  t.is(after.getPeerCertificate().subject.CN, 'renewed');
  after.destroy();
  before.write(get);
  t.regex(await before.end(), /^HTTP\/1\.1 200/);
});

test('reload: a certificate that does not parse leaves the old one in use, and the result says so', async (t) => {
  const own = await t.context.certificates.make('kept', 'kept.example');
  const other = await t.context.certificates.make('other', 'other.example');
  const certificates: TlsContextsOptions['certificates'] = [own, other];
  await using listener = await openTls(t.context, { contexts: { certificates } });
  await writeFile(own.certificateFile, '-----BEGIN CERTIFICATE-----\nnonsense\n');
  const renewed = await t.context.certificates.make('other', 'other.example');
  const result = await listener.contexts.reloadCertificates();
  t.false(result.ok);
  t.is(result.problems.length, 1);
  t.regex(result.problems[0] ?? '', /kept\.pem: the certificate or its private key is not readable PEM/);
  const kept = await handshake(listener.port, { ca: own.ca });
  t.is(kept.getPeerCertificate().subject.CN, 'kept');
  kept.destroy();
  const replaced = await handshake(listener.port, { ca: renewed.ca, servername: 'other.example' });
  t.is(replaced.getPeerCertificate().subject.CN, 'other');
  replaced.destroy();
});

test('reload: the key of another certificate is found out', async (t) => {
  const own = await t.context.certificates.make('mismatch', 'mismatch.example');
  await copyFile(t.context.first.privateKeyFile, own.privateKeyFile);
  const error = await t.throwsAsync(loadTlsContexts({ certificates: [own], log: silentLog }), {
    instanceOf: GatewayError,
  });
  t.is(error?.code, 'syntax');
  t.regex(error?.message ?? '', /the private key does not belong to the certificate/);
});

test('reload: a file list that cannot be read whole changes nothing', async (t) => {
  await using listener = await openTls(t.context);
  const missing = { certificateFile: `${t.context.certificates.folder}/none.pem`, privateKeyFile: 'none.key' };
  const result = await listener.contexts.reloadCertificates([missing, t.context.second]);
  t.false(result.ok);
  const socket = await handshake(listener.port, { ca: listener.ca });
  t.is(socket.getPeerCertificate().subject.CN, 'first');
  socket.destroy();
});

/** A session that the server gave, in the form in which a client brings it back. */
async function sessionOf(port: number, options: Parameters<typeof handshake>[1]): Promise<Buffer> {
  const socket = await handshake(port, options);
  // TLS 1.3 gives the ticket after the handshake; TLS 1.2 had it within.
  const session = socket.getProtocol() === 'TLSv1.3' ? await nextSession(socket) : socket.getSession();
  socket.destroy();
  if (session === undefined) throw new Error('the server gave no session');
  return session;
}

async function nextSession(socket: TLSSocket): Promise<Buffer> {
  const [session] = (await once(socket, 'session')) as [Buffer];
  return session;
}

async function isResumed(port: number, session: Buffer, options: Parameters<typeof handshake>[1]): Promise<boolean> {
  const socket = await handshake(port, { ...options, session });
  const reused = socket.isSessionReused();
  socket.destroy();
  return reused;
}

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  for (const servername of ['first.example', 'second.example']) {
    test(`rfc5077 3.1: ${maxVersion}: a session with ${servername} is resumed`, async (t) => {
      await using listener = await openTls(t.context);
      const options = { ca: listener.ca, maxVersion, servername };
      t.true(await isResumed(listener.port, await sessionOf(listener.port, options), options));
    });

    test(`rfc5077 4: ${maxVersion}: ${servername}: servers that share ticket keys resume each other’s sessions`, async (t) => {
      const key = randomBytes(ticketKeyOctets);
      await using one = await openTls(t.context, { contexts: { ticketKeys: new SharedTicketKeys(key) } });
      await using two = await openTls(t.context, { contexts: { ticketKeys: new SharedTicketKeys(key) } });
      await using stranger = await openTls(t.context);
      const options = { ca: one.ca, maxVersion, servername };
      const session = await sessionOf(one.port, options);
      t.true(await isResumed(two.port, session, options));
      t.false(await isResumed(stranger.port, session, options));
    });
  }

  test(`rfc5077 5.5: ${maxVersion}: after the keys changed an old ticket is no error, and new ones work`, async (t) => {
    const keys = new SharedTicketKeys(randomBytes(ticketKeyOctets));
    await using listener = await openTls(t.context, { contexts: { ticketKeys: keys } });
    const options = { ca: listener.ca, maxVersion, servername: 'second.example' };
    const old = await sessionOf(listener.port, options);
    keys.set(randomBytes(ticketKeyOctets));
    t.false(await isResumed(listener.port, old, options));
    const session = await sessionOf(listener.port, options);
    await listener.contexts.reloadCertificates();
    t.true(await isResumed(listener.port, session, options), 'a reload of the certificates keeps the keys');
  });
}

test('handshake: a client that says nothing is closed in time', async (t) => {
  await using listener = await openTls(t.context, { limits: { handshakeTimeoutMs: 100 } });
  using client = await openPlain(listener.port);
  t.is(await client.end(), '');
  t.deepEqual(listener.refusals, ['timeout']);
});

test('handshake: octets that trickle in do not wind the clock up again', async (t) => {
  await using listener = await openTls(t.context, { limits: { handshakeTimeoutMs: 300 } });
  using client = await openPlain(listener.port);
  // The beginning of a ClientHello of 512 octets, then one octet at a time.
  client.write(Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3));
  const trickle = setInterval(() => client.write(Uint8Array.of(0)), 20);
  await client.end();
  clearInterval(trickle);
  t.deepEqual(listener.refusals, ['timeout']);
});

test('handshake: plain HTTP on a TLS listener is refused, and the listener goes on', async (t) => {
  await using listener = await openTls(t.context);
  using client = await openPlain(listener.port);
  client.write(get);
  await client.end();
  t.deepEqual(listener.refusals, ['handshake']);
  const socket = await handshake(listener.port, { ca: listener.ca });
  t.truthy(socket.getProtocol());
  socket.destroy();
});
