import test from 'ava';
import { crc32c } from './crc32c.ts';
import { noExtensions } from './header.ts';
import type { ProxyAddresses, ProxyExtensions, ProxyHeader } from './header.ts';
import { likenessToProxyHeader, parseProxyHeader } from './parse.ts';
import { formatProxyV1 } from './v1.ts';
import { formatProxyV2, formatProxyV2Local, v2Signature } from './v2.ts';

const tcp4: ProxyAddresses = {
  family: 'inet',
  transport: 'stream',
  source: { address: '192.0.2.1', port: 56324 },
  destination: { address: '198.51.100.7', port: 443 },
};
const tcp6: ProxyAddresses = {
  family: 'inet6',
  transport: 'stream',
  source: { address: '2001:db8::1', port: 1 },
  destination: { address: '2001:db8:0:1::', port: 65535 },
};
const unix: ProxyAddresses = { family: 'unix', transport: 'stream', source: '/run/client', destination: '/run/server' };

function proxied(version: 1 | 2, addresses: ProxyAddresses, extensions = noExtensions): ProxyHeader {
  return { version, command: 'proxy', addresses, extensions };
}

function latin1(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function hex(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(' ', ''), 'hex');
}

const signature = Buffer.from(v2Signature).toString('hex');

const lines: readonly (readonly [string, ProxyAddresses])[] = [
  ['PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\r\n', tcp4],
  ['PROXY TCP6 2001:db8::1 2001:db8:0:1:: 1 65535\r\n', tcp6],
  ['PROXY UNKNOWN\r\n', { family: 'unspecified' }],
  [
    'PROXY TCP4 255.255.255.255 0.0.0.0 0 65535\r\n',
    {
      family: 'inet',
      transport: 'stream',
      source: { address: '255.255.255.255', port: 0 },
      destination: { address: '0.0.0.0', port: 65535 },
    },
  ],
];

for (const [line, addresses] of lines) {
  test(`proxy-protocol 2.1: version 1 both ways: ${line.trimEnd()}`, (t) => {
    t.deepEqual(parseProxyHeader(latin1(line)), {
      state: 'header',
      header: proxied(1, addresses),
      lengthOctets: line.length,
    });
    t.is(Buffer.from(formatProxyV1(addresses)).toString('latin1'), line);
  });
}

test('proxy-protocol 2.1: what follows UNKNOWN is ignored, and what follows the line is the client’s', (t) => {
  const result = parseProxyHeader(latin1('PROXY UNKNOWN ffff::1 nonsense 99999999\r\nEHLO a\r\n'));
  t.like(result, { state: 'header', lengthOctets: 41 });
});

test('proxy-protocol 2.1: IPv4 mapped into IPv6 names the IPv4 client', (t) => {
  const result = parseProxyHeader(latin1('PROXY TCP6 ::ffff:192.0.2.9 ::ffff:192.0.2.10 5 6\r\n'));
  t.like(result, {
    state: 'header',
    header: { addresses: { family: 'inet6', source: { address: '192.0.2.9', port: 5 } } },
  });
});

const badLines = [
  'PROXY TCP4 192.0.2.1 198.51.100.7 56324 443\n',
  'PROXY TCP4 192.0.2.1 198.51.100.7 56324\r\n',
  'PROXY TCP4 192.0.2.1 198.51.100.7 56324 443 1\r\n',
  'PROXY TCP4  192.0.2.1 198.51.100.7 56324 443\r\n',
  'PROXY TCP4 192.0.2.01 198.51.100.7 56324 443\r\n',
  'PROXY TCP4 192.0.2.256 198.51.100.7 56324 443\r\n',
  'PROXY TCP4 192.0.2 198.51.100.7 56324 443\r\n',
  'PROXY TCP4 192.0.2.1 198.51.100.7 65536 443\r\n',
  'PROXY TCP4 192.0.2.1 198.51.100.7 056 443\r\n',
  'PROXY TCP4 192.0.2.1 198.51.100.7 -1 443\r\n',
  'PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n',
  'PROXY TCP6 192.0.2.1 198.51.100.7 1 2\r\n',
  'PROXY TCP6 2001:db8::1::2 2001:db8::2 1 2\r\n',
  'PROXY TCP6 1:2:3:4:5:6:7:8:9 2001:db8::2 1 2\r\n',
  'PROXY TCP6 fe80::1%eth0 2001:db8::2 1 2\r\n',
  'PROXY tcp4 192.0.2.1 198.51.100.7 1 2\r\n',
  'PROXY UDP4 192.0.2.1 198.51.100.7 1 2\r\n',
  'PROXY \r\n',
  'PROXY TCP4 192.0.2.1\u0000 198.51.100.7 1 2\r\n',
  `PROXY UNKNOWN ${'x'.repeat(200)}\r\n`,
  `PROXY ${'x'.repeat(200)}`,
];

for (const [index, line] of badLines.entries()) {
  test(`proxy-protocol 2.1: malformed line ${index} is refused: ${JSON.stringify(line.slice(0, 60))}`, (t) => {
    t.is(parseProxyHeader(latin1(line)).state, 'invalid');
  });
}

test('proxy-protocol 2.1: a line of 107 octets is taken, one of 108 is not', (t) => {
  const line = (length: number): Uint8Array => latin1(`PROXY UNKNOWN ${'x'.repeat(length - 16)}\r\n`);
  t.is(parseProxyHeader(line(107)).state, 'header');
  t.is(parseProxyHeader(line(108)).state, 'invalid');
});

const tlsExtensions: ProxyExtensions = {
  alpn: 'http/1.1',
  authority: 'dav.univ.example',
  uniqueId: Uint8Array.of(1, 2, 3),
  tls: {
    clientUsedTls: true,
    certificateInConnection: true,
    certificateInSession: false,
    verified: true,
    version: 'TLSv1.3',
    commonName: 'Zoé',
    cipher: 'TLS_AES_128_GCM_SHA256',
  },
  networkNamespace: 'blue',
  others: [{ type: 0xe0, value: Uint8Array.of(9) }],
};

const binaries: readonly (readonly [string, ProxyAddresses, ProxyExtensions])[] = [
  ['TCP over IPv4', tcp4, noExtensions],
  ['TCP over IPv6', tcp6, noExtensions],
  ['a UNIX socket', unix, noExtensions],
  ['UDP over IPv4', { ...tcp4, transport: 'datagram' }, noExtensions],
  ['nothing known', { family: 'unspecified' }, noExtensions],
  ['every field', tcp4, tlsExtensions],
];

for (const [name, addresses, extensions] of binaries) {
  for (const checksum of [false, true]) {
    if (checksum && addresses.family === 'unspecified') continue;
    test(`proxy-protocol 2.2: version 2 both ways: ${name}${checksum ? ', with checksum' : ''}`, (t) => {
      const octets = formatProxyV2(addresses, { extensions, checksum });
      const result = parseProxyHeader(Buffer.concat([octets, latin1('more')]));
      t.like(result, { state: 'header', lengthOctets: octets.length });
      t.deepEqual(result.state === 'header' && result.header, proxied(2, addresses, extensions));
    });
  }
}

test('proxy-protocol 2.2: the octets of the specification’s TCP over IPv4', (t) => {
  const octets = hex(`${signature} 21 11 000c c0000201 c6336407 dc04 01bb`);
  t.deepEqual(parseProxyHeader(octets), { state: 'header', header: proxied(2, tcp4), lengthOctets: 28 });
  t.deepEqual(Buffer.from(formatProxyV2(tcp4)), Buffer.from(octets));
});

test('proxy-protocol 2.2: LOCAL is the proxy itself, whatever its block holds', (t) => {
  t.like(parseProxyHeader(formatProxyV2Local()), {
    state: 'header',
    header: { version: 2, command: 'local' },
    lengthOctets: 16,
  });
  t.like(parseProxyHeader(hex(`${signature} 20 ff 0003 010203`)), { header: { command: 'local' }, lengthOctets: 19 });
});

test('proxy-protocol 2.2: UNSPEC carries no addresses, and what is there is skipped', (t) => {
  const result = parseProxyHeader(hex(`${signature} 21 00 0005 0102030405`));
  t.like(result, { state: 'header', header: { addresses: { family: 'unspecified' } }, lengthOctets: 21 });
});

test('proxy-protocol 2.2.5: a certificate counts as verified only where one was shown', (t) => {
  const octets = hex(`${signature} 21 11 0014 c0000201 c6336407 dc04 01bb 20 0005 01 00000000`);
  t.like(parseProxyHeader(octets), { header: { extensions: { tls: { clientUsedTls: true, verified: false } } } });
});

const badBinaries: readonly (readonly [string, string])[] = [
  ['version 1', `${signature} 11 11 000c c0000201 c6336407 dc04 01bb`],
  ['version 3', `${signature} 31 11 000c c0000201 c6336407 dc04 01bb`],
  ['an unknown command', `${signature} 22 11 000c c0000201 c6336407 dc04 01bb`],
  ['an unknown family', `${signature} 21 41 000c c0000201 c6336407 dc04 01bb`],
  ['an unknown transport', `${signature} 21 13 000c c0000201 c6336407 dc04 01bb`],
  ['a block too short for IPv4', `${signature} 21 11 000b c0000201 c6336407 dc04 01`],
  ['a block too short for IPv6', `${signature} 21 21 000c c0000201 c6336407 dc04 01bb`],
  ['a field cut in its header', `${signature} 21 11 000e c0000201 c6336407 dc04 01bb 0200`],
  ['a field that reaches over the end', `${signature} 21 11 0010 c0000201 c6336407 dc04 01bb 02 0002 61`],
  ['a field on TLS that is too short', `${signature} 21 11 0013 c0000201 c6336407 dc04 01bb 20 0004 01000000`],
  ['a wrong checksum', `${signature} 21 11 0013 c0000201 c6336407 dc04 01bb 03 0004 00000000`],
  ['a checksum of three octets', `${signature} 21 11 0012 c0000201 c6336407 dc04 01bb 03 0003 000000`],
  ['an authority that is not UTF-8', `${signature} 21 11 0011 c0000201 c6336407 dc04 01bb 02 0002 c328`],
  ['an authority of 256 octets', `${signature} 21 11 010f c0000201 c6336407 dc04 01bb 02 0100 ${'61'.repeat(256)}`],
  ['a unique id of 129 octets', `${signature} 21 11 0090 c0000201 c6336407 dc04 01bb 05 0081 ${'61'.repeat(129)}`],
  ['a length over the limit', `${signature} 21 11 ffff`],
];

for (const [name, octets] of badBinaries) {
  test(`proxy-protocol 2.2: refused: ${name}`, (t) => {
    t.is(parseProxyHeader(hex(octets)).state, 'invalid');
  });
}

test('proxy-protocol 2: octet by octet every header asks for more until it is whole', (t) => {
  const headers = [
    ...lines.map(([line]) => latin1(line)),
    formatProxyV2(tcp6, { extensions: tlsExtensions, checksum: true }),
  ];
  for (const header of headers) {
    for (let length = 0; length < header.length; length += 1) {
      const result = parseProxyHeader(header.subarray(0, length));
      t.is(result.state, 'more', `after ${length} octets`);
      t.true(result.state === 'more' && result.atLeastOctets > length && result.atLeastOctets <= header.length);
    }
    t.is(parseProxyHeader(header).state, 'header');
  }
});

const beginnings: readonly (readonly [string, 'v1' | 'v2' | 'none' | 'undecided'])[] = [
  ['', 'undecided'],
  ['P', 'undecided'],
  ['PROXY', 'undecided'],
  ['PROXY ', 'v1'],
  ['PROPFIND / HTTP/1.1', 'none'],
  ['proxy ', 'none'],
  ['\r\n\r\n', 'undecided'],
  ['\r\n\r\n\0\r\nQUIT\n', 'v2'],
  ['\r\nGET', 'none'],
  ['\u0016\u0003\u0001', 'none'],
];

for (const [text, expected] of beginnings) {
  test(`proxy-protocol 2: a connection that begins with ${JSON.stringify(text)} is ${expected}`, (t) => {
    t.is(likenessToProxyHeader(latin1(text)), expected);
  });
}

test('rfc9260 appendix A: CRC-32C of the nine digits', (t) => {
  t.is(crc32c(latin1('123456789')), 0xe3069283);
  t.is(crc32c(new Uint8Array(0)), 0);
});

test('proxy-protocol 2: what version 1 cannot say is not written', (t) => {
  t.throws(() => formatProxyV1(unix), { instanceOf: RangeError });
  t.throws(() => formatProxyV2({ ...tcp4, source: { address: '2001:db8::1', port: 1 } }), { instanceOf: RangeError });
  t.throws(() => formatProxyV2({ ...unix, source: 'x'.repeat(109) }), { instanceOf: RangeError });
});
