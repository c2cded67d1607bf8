/** PROXY protocol version 2 (haproxy, `doc/proxy-protocol.txt`, section 2.2): a binary header. */
import { crc32c } from './crc32c.ts';
import { invalid, noExtensions } from './header.ts';
import type {
  ProxyAddresses,
  ProxyEndpoint,
  ProxyExtensions,
  ProxyHeader,
  ProxyParse,
  ProxyTransport,
} from './header.ts';
import { formatIpAddress, parseIpAddress } from './ip-address.ts';
import type { PlacedTlv } from './tlv.ts';
import { formatExtensions, formatTlv, parseTlvs, readExtensions, tlvType } from './tlv.ts';

export const v2Signature: Uint8Array = Uint8Array.of(
  0x0d,
  0x0a,
  0x0d,
  0x0a,
  0x00,
  0x0d,
  0x0a,
  0x51,
  0x55,
  0x49,
  0x54,
  0x0a,
);

/** Signature, version and command, family and transport, length. */
const fixedOctets = 16;

const unixPathOctets = 108;

/** Octets that the addresses of a family take: two addresses and two ports, or two paths. */
const addressOctets = { unspecified: 0, inet: 12, inet6: 36, unix: 2 * unixPathOctets } as const;

const families = ['unspecified', 'inet', 'inet6', 'unix'] as const;
const transports = ['unspecified', 'stream', 'datagram'] as const;

/**
 * @param octets what has arrived so far; the caller has seen that they begin with the signature
 * @param limitOctets a header that says it is longer is refused before it is read
 */
export function parseProxyV2(octets: Uint8Array, limitOctets: number): ProxyParse {
  const [versionAndCommand, familyAndTransport, high, low] = octets.subarray(v2Signature.length, fixedOctets);
  if (versionAndCommand !== undefined) {
    if (versionAndCommand >> 4 !== 2) return invalid('the version is not 2');
    // "Receivers must drop connections presenting unexpected values here."
    if ((versionAndCommand & 0x0f) > 1) return invalid('the command is neither LOCAL nor PROXY');
  }
  if (versionAndCommand === undefined || familyAndTransport === undefined || high === undefined || low === undefined) {
    return { state: 'more', atLeastOctets: fixedOctets };
  }
  const lengthOctets = fixedOctets + ((high << 8) | low);
  if (lengthOctets > limitOctets) return invalid(`the header is longer than ${limitOctets} octets`);
  if (octets.length < lengthOctets) return { state: 'more', atLeastOctets: lengthOctets };
  // "The receiver must discard the protocol block including the family which is ignored" with LOCAL.
  if ((versionAndCommand & 0x0f) === 0) {
    return { state: 'header', header: { version: 2, command: 'local' }, lengthOctets };
  }
  const header = parseProxied(octets.subarray(0, lengthOctets), familyAndTransport);
  return typeof header === 'string' ? invalid(header) : { state: 'header', header, lengthOctets };
}

function parseProxied(octets: Uint8Array, familyAndTransport: number): ProxyHeader | string {
  const family = families[familyAndTransport >> 4];
  const transport = transports[familyAndTransport & 0x0f];
  if (family === undefined || transport === undefined) return 'the address family or transport is unknown';
  const body = octets.subarray(fixedOctets);
  // UNSPEC in either half: "the receiver should ignore address information". Nothing says how long it is, so no fields either.
  if (family === 'unspecified' || transport === 'unspecified') {
    return { version: 2, command: 'proxy', addresses: { family: 'unspecified' }, extensions: noExtensions };
  }
  const size = addressOctets[family];
  if (body.length < size) return 'the header is too short for its addresses';
  const fields = parseTlvs(body.subarray(size));
  if (fields === undefined) return 'a field reaches over the end of the header';
  if (!checksumHolds(octets, fixedOctets + size, fields)) return 'the checksum does not match';
  const extensions = readExtensions(fields);
  if (typeof extensions === 'string') return extensions;
  return { version: 2, command: 'proxy', addresses: parseAddresses(body, family, transport), extensions };
}

function parseAddresses(
  body: Uint8Array,
  family: 'inet' | 'inet6' | 'unix',
  transport: ProxyTransport,
): ProxyAddresses {
  if (family === 'unix') {
    const source = path(body.subarray(0, unixPathOctets));
    const destination = path(body.subarray(unixPathOctets, 2 * unixPathOctets));
    return { family, transport, source, destination };
  }
  const size = family === 'inet' ? 4 : 16;
  const endpoint = (index: number): ProxyEndpoint => {
    const port = 2 * size + 2 * index;
    return {
      address: formatIpAddress(body.subarray(index * size, (index + 1) * size)),
      port: ((body[port] ?? 0) << 8) | (body[port + 1] ?? 0),
    };
  };
  return { family, transport, source: endpoint(0), destination: endpoint(1) };
}

function path(octets: Uint8Array): string {
  const end = octets.indexOf(0);
  return Buffer.from(end < 0 ? octets : octets.subarray(0, end)).toString('utf8');
}

/** PP2_TYPE_CRC32C: over the whole header with the field's own value as zeros. A header without the field holds. */
function checksumHolds(octets: Uint8Array, fieldsAt: number, fields: readonly PlacedTlv[]): boolean {
  const field = fields.find(({ type }) => type === tlvType.crc32c);
  if (field === undefined) return true;
  if (field.value.length !== 4) return false;
  const zeroed = Uint8Array.from(octets);
  zeroed.fill(0, fieldsAt + field.offset, fieldsAt + field.offset + 4);
  return crc32c(zeroed) === Buffer.from(field.value).readUInt32BE();
}

export interface FormatProxyV2Options {
  readonly extensions?: ProxyExtensions;
  /** Adds PP2_TYPE_CRC32C. */
  readonly checksum?: boolean;
}

/** The header of a proxied connection. @throws RangeError when an address or path cannot be written */
export function formatProxyV2(addresses: ProxyAddresses, options: FormatProxyV2Options = {}): Uint8Array {
  const family = families.indexOf(addresses.family);
  const transport = addresses.family === 'unspecified' ? 0 : transports.indexOf(addresses.transport);
  const parts = [formatAddresses(addresses)];
  if (options.extensions !== undefined) parts.push(formatExtensions(options.extensions));
  if (options.checksum === true) parts.push(formatTlv(tlvType.crc32c, new Uint8Array(4)));
  const body = Buffer.concat(parts);
  const fixed = [0x21, (family << 4) | transport, body.length >> 8, body.length & 0xff];
  const header = Buffer.concat([v2Signature, Uint8Array.from(fixed), body]);
  if (options.checksum === true) header.writeUInt32BE(crc32c(header), header.length - 4);
  return header;
}

/** The header with which a proxy speaks for itself. */
export function formatProxyV2Local(): Uint8Array {
  return Buffer.concat([v2Signature, Uint8Array.of(0x20, 0, 0, 0)]);
}

function formatAddresses(addresses: ProxyAddresses): Uint8Array {
  if (addresses.family === 'unspecified') return new Uint8Array(0);
  if (addresses.family === 'unix') {
    return Buffer.concat([fixedPath(addresses.source), fixedPath(addresses.destination)]);
  }
  const size = addresses.family === 'inet' ? 4 : 16;
  const { source, destination } = addresses;
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(source.port, 0);
  ports.writeUInt16BE(destination.port, 2);
  return Buffer.concat([fixedAddress(source.address, size), fixedAddress(destination.address, size), ports]);
}

function fixedAddress(address: string, size: 4 | 16): Uint8Array {
  const octets = parseIpAddress(address);
  if (octets?.length === size) return octets;
  if (octets?.length === 4) return Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, ...octets);
  throw new RangeError('the address does not fit the family');
}

function fixedPath(text: string): Uint8Array {
  const octets = Buffer.from(text, 'utf8');
  if (octets.length > unixPathOctets) throw new RangeError('a socket path has at most 108 octets');
  return Buffer.concat([octets, Buffer.alloc(unixPathOctets - octets.length)]);
}
