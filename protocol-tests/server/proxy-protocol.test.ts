import test from 'ava';
import { silentLog } from '../../gateway/ports/log.ts';
import { parseNetworks } from '../../gateway/server/network.ts';
import { loadTlsContexts } from '../../gateway/server/tls-contexts.ts';
import { noExtensions } from '../../gateway/wire/proxy-protocol/header.ts';
import type { ProxyAddresses } from '../../gateway/wire/proxy-protocol/header.ts';
import { formatProxyV1 } from '../../gateway/wire/proxy-protocol/v1.ts';
import { formatProxyV2, formatProxyV2Local } from '../../gateway/wire/proxy-protocol/v2.ts';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { createTestCertificates } from '../support/certificates.ts';
import { until } from '../support/wait.ts';
import { Client, bodyOf, get, openPlain, openTestListener } from './fixture.ts';

const trusted = { trusted: parseNetworks(['127.0.0.0/8']) };
const strangers = { trusted: parseNetworks(['192.0.2.0/24', '2001:db8::/32']) };

const tcp4: ProxyAddresses = {
  family: 'inet',
  transport: 'stream',
  source: { address: '203.0.113.9', port: 40001 },
  destination: { address: '198.51.100.1', port: 443 },
};
const tcp6: ProxyAddresses = {
  family: 'inet6',
  transport: 'stream',
  source: { address: '2001:db8::9', port: 40002 },
  destination: { address: '2001:db8::1', port: 443 },
};

const tls = {
  clientUsedTls: true,
  certificateInConnection: false,
  certificateInSession: false,
  verified: false,
  version: undefined,
  commonName: undefined,
  cipher: undefined,
};

const own = { remoteAddress: '127.0.0.1', secure: false };

const accepted: readonly (readonly [string, Uint8Array, Readonly<Record<string, unknown>>])[] = [
  ['version 1, IPv4', formatProxyV1(tcp4), { remoteAddress: '203.0.113.9', remotePort: 40001, secure: false }],
  ['version 1, IPv6', formatProxyV1(tcp6), { remoteAddress: '2001:db8::9', remotePort: 40002, secure: false }],
  ['version 1, UNKNOWN', formatProxyV1({ family: 'unspecified' }), own],
  ['version 2, IPv4', formatProxyV2(tcp4, { checksum: true }), { remoteAddress: '203.0.113.9', secure: false }],
  ['version 2, IPv6', formatProxyV2(tcp6), { remoteAddress: '2001:db8::9', remotePort: 40002 }],
  [
    'version 2, IPv4 mapped into IPv6',
    formatProxyV2({ ...tcp6, source: { address: '203.0.113.9', port: 1 } }),
    { remoteAddress: '203.0.113.9' },
  ],
  [
    'version 2, TLS with the proxy',
    formatProxyV2(tcp4, { extensions: { ...noExtensions, tls, authority: 'DAV.Univ.Example' } }),
    { remoteAddress: '203.0.113.9', secure: true, serverName: 'dav.univ.example' },
  ],
  ['version 2, LOCAL', formatProxyV2Local(), own],
  [
    'version 2, a UNIX socket',
    formatProxyV2({ family: 'unix', transport: 'stream', source: '/a', destination: '/b' }),
    own,
  ],
];

for (const [name, header, expected] of accepted) {
  test(`proxy-protocol 2: from a trusted source: ${name}`, async (t) => {
    await using listener = await openTestListener({ proxyProtocol: trusted });
    using client = await openPlain(listener.port);
    client.write(Buffer.concat([header, Buffer.from(get)]));
    const connection = bodyOf(await client.end());
    t.like(connection, { ...expected, listener: 'test' });
  });
}

test('proxy-protocol 2: a header that comes octet by octet', async (t) => {
  await using listener = await openTestListener({ proxyProtocol: trusted });
  using client = await openPlain(listener.port);
  client.socket.setNoDelay(true);
  const octets = Buffer.concat([formatProxyV2(tcp6, { checksum: true }), Buffer.from(get)]);
  for (const octet of octets) {
    client.write(Uint8Array.of(octet));
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.like(bodyOf(await client.end()), { remoteAddress: '2001:db8::9' });
});

test('proxy-protocol 2: TLS begins right behind the header', async (t) => {
  await using certificates = await createTestCertificates();
  const certificate = await certificates.make('proxied', 'proxied.example');
  const contexts = await loadTlsContexts({ certificates: [certificate], log: silentLog });
  const options = { mode: 'implicit', contexts, alpnProtocols: ['http/1.1'] } as const;
  await using listener = await openTestListener({ proxyProtocol: trusted, tls: options });
  using below = await openPlain(listener.port);
  below.socket.removeAllListeners('data');
  below.write(formatProxyV1(tcp4));
  const socket = connectTls({ socket: below.socket, ca: certificate.ca, servername: 'proxied.example' });
  await once(socket, 'secureConnect');
  using client = new Client(socket);
  client.write(get);
  t.like(bodyOf(await client.end()), { remoteAddress: '203.0.113.9', secure: true, serverName: 'proxied.example' });
});

const refused: readonly (readonly [string, string | Uint8Array])[] = [
  ['no header', get],
  ['a malformed line', 'PROXY TCP4 203.0.113.9 198.51.100.1 40001\r\n'],
  ['a datagram', formatProxyV2({ ...tcp4, transport: 'datagram' })],
  [
    'a version that does not exist',
    Buffer.concat([formatProxyV2Local().subarray(0, 12), Uint8Array.of(0x31, 0, 0, 0)]),
  ],
];

for (const [name, octets] of refused) {
  test(`proxy-protocol 2: a trusted source must send a header: ${name}`, async (t) => {
    await using listener = await openTestListener({ proxyProtocol: trusted });
    using client = await openPlain(listener.port);
    client.write(octets);
    t.is(await client.end(), '');
    t.deepEqual(listener.refusals, ['proxy-header']);
    const line = listener.log.lines.find(({ event }) => event === 'connection.refused');
    t.like(line, { level: 'warn', remoteAddress: '127.0.0.1' });
  });
}

test('proxy-protocol 3: a header that does not come is waited for only so long', async (t) => {
  await using listener = await openTestListener({ proxyProtocol: trusted, limits: { handshakeTimeoutMs: 100 } });
  using client = await openPlain(listener.port);
  client.write('PROXY TCP4 203.0.113.9');
  t.is(await client.end(), '');
  t.deepEqual(listener.refusals, ['timeout']);
});

for (const [name, header] of [
  ['version 1', formatProxyV1(tcp4)],
  ['version 2', formatProxyV2(tcp4)],
] as const) {
  test(`proxy-protocol 5: from a source that is not trusted a header is refused: ${name}`, async (t) => {
    await using listener = await openTestListener({ proxyProtocol: strangers });
    using client = await openPlain(listener.port);
    client.write(Buffer.concat([header, Buffer.from(get)]));
    t.is(await client.end(), '');
    t.deepEqual(listener.refusals, ['proxy-header']);
  });
}

test('proxy-protocol 5: a source that is not trusted is served under its own address', async (t) => {
  await using listener = await openTestListener({ proxyProtocol: strangers });
  using client = await openPlain(listener.port);
  // Begins like PROXY for two octets.
  client.write(get.replace('GET', 'PROPFIND'));
  t.like(bodyOf(await client.end()), own);
});

test('proxy-protocol: on a listener without it a header is a malformed request', async (t) => {
  await using listener = await openTestListener();
  using client = await openPlain(listener.port);
  client.write(formatProxyV1(tcp4));
  t.regex(await client.end(), /^HTTP\/1\.1 400 /);
});

test('rfc4291 2.5.5.2: a client that comes over IPv4 to an IPv6 listener has an IPv4 address', async (t) => {
  await using listener = await openTestListener({ address: '::' });
  using client = await openPlain(listener.port);
  client.write(get);
  t.like(bodyOf(await client.end()), { remoteAddress: '127.0.0.1' });
});

test('limits: connections of one network are counted by the client’s address, not by the proxy’s', async (t) => {
  await using listener = await openTestListener({ proxyProtocol: trusted, limits: { connectionsPerNetwork: 2 } });
  const ask = 'GET / HTTP/1.1\r\nHost: test\r\n\r\n';
  const open = async (address: string): Promise<Client> => {
    const client = await openPlain(listener.port);
    const destination = { address: '2001:db8:ffff::1', port: 443 };
    client.write(formatProxyV1({ family: 'inet6', transport: 'stream', source: { address, port: 1 }, destination }));
    client.write(ask);
    return client;
  };
  using first = await open('2001:db8:1:1::1');
  await first.receive('}');
  using second = await open('2001:db8:1:1::2');
  await second.receive('}');
  using third = await open('2001:db8:1:1:ffff::3');
  t.is(await third.end(), '');
  t.deepEqual(listener.refusals, ['network']);
  using elsewhere = await open('2001:db8:1:2::1');
  await elsewhere.receive('}');
  first.socket.destroy();
  await until('the place to be free', () => listener.https.listener.connections === 2);
  using again = await open('2001:db8:1:1::4');
  t.regex(await again.receive('}'), /2001:db8:1:1::4/);
});

test('limits: over the listener’s total a connection is closed at once, and counted', async (t) => {
  await using listener = await openTestListener({ limits: { connections: 2 } });
  using first = await openPlain(listener.port);
  using second = await openPlain(listener.port);
  await until('both to be accepted', () => listener.https.listener.connections === 2);
  using third = await openPlain(listener.port);
  t.is(await third.end(), '');
  t.deepEqual(listener.refusals, ['connections']);
  first.socket.destroy();
  await until('the place to be free', () => listener.https.listener.connections === 1);
  second.write(get);
  t.regex(await second.end(), /^HTTP\/1\.1 200/);
});
