import { randomBytes } from 'node:crypto';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import anyTest from 'ava';
import type { TestFn } from 'ava';
import { systemClock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { createConnectionIds } from '../../gateway/server/connection-ids.ts';
import { openListener } from '../../gateway/server/listener.ts';
import { defaultListenerLimits } from '../../gateway/server/listener-options.ts';
import type { AcceptedConnection, Listener, ListenerOptions } from '../../gateway/server/listener-options.ts';
import { parseNetworks } from '../../gateway/server/network.ts';
import { loadTlsContexts } from '../../gateway/server/tls-contexts.ts';
import { formatProxyV1 } from '../../gateway/wire/proxy-protocol/v1.ts';
import { createTestCertificates } from '../support/certificates.ts';
import type { TestCertificate, TestCertificates } from '../support/certificates.ts';
import { Client, openPlain } from './fixture.ts';

interface Context {
  readonly certificates: TestCertificates;
  readonly certificate: TestCertificate;
}

const test = anyTest as TestFn<Context>;

test.before(async (t) => {
  const certificates = await createTestCertificates();
  t.context = { certificates, certificate: await certificates.make('starttls', 'mail.example') };
});

test.after.always(async (t) => {
  await t.context.certificates[Symbol.asyncDispose]();
});

/** A protocol of lines in which the server speaks first: STARTTLS, or any word, which is answered with the connection. */
async function serveLines(connection: AcceptedConnection): Promise<void> {
  const { socket, info, startTls } = connection;
  socket.write(`hello ${info.secure ? 'secure' : 'plain'}\r\n`);
  const line = await new Promise<string>((resolve) => {
    const read = (): void => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      socket.off('readable', read);
      // What came behind the command is thrown away with the rest of the chunk.
      resolve(chunk.toString('latin1').split('\r\n', 1)[0] ?? '');
    };
    socket.on('readable', read);
    read();
  });
  if (line !== 'STARTTLS' || startTls === undefined) {
    socket.end(`${line} ${JSON.stringify(info)}\r\n`);
    return;
  }
  socket.write('go ahead\r\n');
  const upgraded = await startTls().catch(() => undefined);
  if (upgraded !== undefined) await serveLines(upgraded);
}

async function open(context: Context, options: Partial<ListenerOptions> = {}): Promise<Listener> {
  const contexts = await loadTlsContexts({ certificates: [context.certificate], log: silentLog });
  return await openListener(
    {
      name: 'imap',
      address: '127.0.0.1',
      port: 0,
      tls: { mode: 'starttls', contexts, alpnProtocols: [] },
      clientSpeaksFirst: false,
      limits: defaultListenerLimits,
      ...options,
    },
    { log: silentLog, clock: systemClock, nextConnectionId: createConnectionIds(randomBytes) },
    (connection) => void serveLines(connection),
  );
}

test('rfc2595 3.1: after STARTTLS the same connection is secure, and TLS says which name was asked for', async (t) => {
  await using listener = await open(t.context);
  using plain = await openPlain(listener.port);
  await plain.receive('hello plain\r\n');
  plain.write('STARTTLS\r\n');
  await plain.receive('go ahead\r\n');
  plain.socket.removeAllListeners('data');
  const socket = connectTls({ socket: plain.socket, ca: t.context.certificate.ca, servername: 'mail.example' });
  await once(socket, 'secureConnect');
  using secure = new Client(socket);
  await secure.receive('hello secure\r\n');
  secure.write('STATUS\r\n');
  const answer = await secure.end();
  t.regex(answer, /STATUS \{"id":"[^"]+-1","remoteAddress":"127\.0\.0\.1","remotePort":\d+,"secure":true/);
  t.regex(answer, /"serverName":"mail\.example","listener":"imap"/);
});

test('rfc2595 3.1: a connection that never asks for TLS stays plain, and says so', async (t) => {
  await using listener = await open(t.context);
  using plain = await openPlain(listener.port);
  await plain.receive('hello plain\r\n');
  plain.write('STATUS\r\n');
  t.regex(await plain.end(), /"secure":false/);
});

test('rfc2595 3.1: a handshake that fails closes the connection, and the listener goes on', async (t) => {
  await using listener = await open(t.context);
  using plain = await openPlain(listener.port);
  await plain.receive('hello plain\r\n');
  plain.write('STARTTLS\r\n');
  await plain.receive('go ahead\r\n');
  plain.write('this is no ClientHello\r\n');
  await plain.end();
  using next = await openPlain(listener.port);
  t.is(await next.receive('hello plain\r\n'), 'hello plain\r\n');
});

test('proxy-protocol 2: where the server speaks first a stranger is greeted, and a trusted proxy must have sent its header', async (t) => {
  await using strangers = await open(t.context, { proxyProtocol: { trusted: parseNetworks(['192.0.2.0/24']) } });
  using stranger = await openPlain(strangers.port);
  t.is(await stranger.receive('hello plain\r\n'), 'hello plain\r\n');
  await using proxied = await open(t.context, { proxyProtocol: { trusted: parseNetworks(['127.0.0.1']) } });
  using proxy = await openPlain(proxied.port);
  const source = { address: '203.0.113.9', port: 1 };
  proxy.write(formatProxyV1({ family: 'inet', transport: 'stream', source, destination: source }));
  await proxy.receive('hello plain\r\n');
  proxy.write('STATUS\r\n');
  t.regex(await proxy.end(), /"remoteAddress":"203\.0\.113\.9"/);
});

test('listener: what is disposed of closes its connections and frees its port', async (t) => {
  const listener = await open(t.context);
  using client = await openPlain(listener.port);
  await client.receive('hello plain\r\n');
  await listener[Symbol.asyncDispose]();
  await client.end();
  t.is(listener.connections, 0);
  await using again = await open(t.context, { port: listener.port });
  t.is(again.port, listener.port);
});

test('listener: a port that is taken is said so', async (t) => {
  await using listener = await open(t.context);
  await t.throwsAsync(open(t.context, { port: listener.port }), { code: 'in-use' });
});
