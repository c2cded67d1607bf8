/** PROXY protocol version 1 (haproxy, `doc/proxy-protocol.txt`, section 2.1): one line of ASCII. */
import { formatIpAddress, parseIpv4, parseIpv6 } from './ip-address.ts';
import { invalid, noExtensions } from './header.ts';
import type { ProxyAddresses, ProxyEndpoint, ProxyHeader, ProxyParse } from './header.ts';

export const v1Signature: Uint8Array = Buffer.from('PROXY ', 'latin1');

/** The longest line that the specification allows, CR LF included. */
const longestLineOctets = 107;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** @param octets what has arrived so far; the caller has seen that they begin with `PROXY ` */
export function parseProxyV1(octets: Uint8Array): ProxyParse {
  const end = octets.subarray(0, longestLineOctets).indexOf(lineFeed);
  if (end < 0) {
    if (octets.length >= longestLineOctets) return invalid('the line is longer than 107 octets');
    return { state: 'more', atLeastOctets: octets.length + 1 };
  }
  if (octets[end - 1] !== carriageReturn) return invalid('the line does not end with CR LF');
  const line = Buffer.from(octets.subarray(v1Signature.length, end - 1)).toString('latin1');
  const addresses = parseLine(line);
  if (addresses === undefined) return invalid('the line is malformed');
  const header: ProxyHeader = { version: 1, command: 'proxy', addresses, extensions: noExtensions };
  return { state: 'header', header, lengthOctets: end + 1 };
}

function parseLine(line: string): ProxyAddresses | undefined {
  const [protocol, ...rest] = line.split(' ');
  // "the receiver must ignore anything presented before the CRLF is found" after UNKNOWN.
  if (protocol === 'UNKNOWN') return { family: 'unspecified' };
  if (protocol !== 'TCP4' && protocol !== 'TCP6') return undefined;
  const [sourceAddress, destinationAddress, sourcePort, destinationPort, ...more] = rest;
  const parse = protocol === 'TCP4' ? parseIpv4 : parseIpv6;
  const source = parseEndpoint(sourceAddress, sourcePort, parse);
  const destination = parseEndpoint(destinationAddress, destinationPort, parse);
  if (source === undefined || destination === undefined || more.length > 0) return undefined;
  return { family: protocol === 'TCP4' ? 'inet' : 'inet6', transport: 'stream', source, destination };
}

const decimalPort = /^(?:0|[1-9]\d{0,4})$/;

function parseEndpoint(
  address: string | undefined,
  port: string | undefined,
  parse: (text: string) => Uint8Array | undefined,
): ProxyEndpoint | undefined {
  if (address === undefined || port === undefined) return undefined;
  const octets = parse(address);
  if (octets === undefined || !decimalPort.test(port) || Number(port) > 65_535) return undefined;
  return { address: formatIpAddress(octets), port: Number(port) };
}

/** @throws RangeError when version 1 cannot say it: UNIX sockets and datagrams need version 2 */
export function formatProxyV1(addresses: ProxyAddresses): Uint8Array {
  if (addresses.family === 'unspecified') return Buffer.from('PROXY UNKNOWN\r\n', 'latin1');
  if (addresses.family === 'unix' || addresses.transport === 'datagram') {
    throw new RangeError('PROXY protocol version 1 carries TCP over IPv4 and IPv6 only');
  }
  const { source, destination } = addresses;
  const protocol = addresses.family === 'inet' ? 'TCP4' : 'TCP6';
  const text = (address: string): string =>
    protocol === 'TCP6' && !address.includes(':') ? `::ffff:${address}` : address;
  const fields = [protocol, text(source.address), text(destination.address), source.port, destination.port];
  return Buffer.from(`PROXY ${fields.join(' ')}\r\n`, 'latin1');
}
