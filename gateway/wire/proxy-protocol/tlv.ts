/** The type-length-value fields of PROXY protocol version 2 (haproxy, `doc/proxy-protocol.txt`, section 2.2.1 on). */
import type { ProxyExtensions, ProxyTls, ProxyTlv } from './header.ts';
import { noExtensions } from './header.ts';

export const tlvType = {
  alpn: 0x01,
  authority: 0x02,
  crc32c: 0x03,
  noop: 0x04,
  uniqueId: 0x05,
  ssl: 0x20,
  sslVersion: 0x21,
  sslCommonName: 0x22,
  sslCipher: 0x23,
  networkNamespace: 0x30,
} as const;

const clientSsl = 0x01;
const clientCertificateConnection = 0x02;
const clientCertificateSession = 0x04;

/** A host name has at most 255 octets (RFC 1035 §2.3.4); a unique id at most 128 by the specification. */
const authorityLimitOctets = 255;
const uniqueIdLimitOctets = 128;

/** A field with the place of its value in what was parsed. */
export interface PlacedTlv extends ProxyTlv {
  readonly offset: number;
}

/** Fields one behind the other; undefined when one reaches over the end. */
export function parseTlvs(octets: Uint8Array): readonly PlacedTlv[] | undefined {
  const fields: PlacedTlv[] = [];
  let at = 0;
  while (at < octets.length) {
    const [type, high, low] = octets.subarray(at, at + 3);
    if (type === undefined || high === undefined || low === undefined) return undefined;
    const offset = at + 3;
    at = offset + ((high << 8) | low);
    if (at > octets.length) return undefined;
    fields.push({ type, value: Uint8Array.from(octets.subarray(offset, at)), offset });
  }
  return fields;
}

/** What the known fields say; a string tells what is wrong with one. A field that comes twice counts as it came last. */
export function readExtensions(fields: readonly ProxyTlv[]): ProxyExtensions | string {
  let extensions = noExtensions;
  const others: ProxyTlv[] = [];
  for (const { type, value } of fields) {
    if (type === tlvType.alpn) {
      extensions = { ...extensions, alpn: latin1(value) };
    } else if (type === tlvType.authority) {
      const authority = utf8(value);
      if (authority === undefined) return 'the authority is not UTF-8 text of at most 255 octets';
      extensions = { ...extensions, authority };
    } else if (type === tlvType.uniqueId) {
      if (value.length > uniqueIdLimitOctets) return 'the unique id is longer than 128 octets';
      extensions = { ...extensions, uniqueId: value };
    } else if (type === tlvType.ssl) {
      const tls = readTls(value);
      if (tls === undefined) return 'the field on TLS is malformed';
      extensions = { ...extensions, tls };
    } else if (type === tlvType.networkNamespace) {
      extensions = { ...extensions, networkNamespace: latin1(value) };
    } else if (type !== tlvType.noop && type !== tlvType.crc32c) {
      others.push({ type, value });
    }
  }
  return others.length === 0 ? extensions : { ...extensions, others };
}

/** pp2_tlv_ssl: one octet of flags, four of the verification's result (0: verified), then fields again. */
function readTls(value: Uint8Array): ProxyTls | undefined {
  const flags = value[0];
  const fields = value.length < 5 ? undefined : parseTlvs(value.subarray(5));
  if (flags === undefined || fields === undefined) return undefined;
  const text = (type: number): string | undefined => {
    const field = fields.findLast((candidate) => candidate.type === type);
    return field === undefined ? undefined : Buffer.from(field.value).toString('utf8');
  };
  return {
    clientUsedTls: (flags & clientSsl) !== 0,
    certificateInConnection: (flags & clientCertificateConnection) !== 0,
    certificateInSession: (flags & clientCertificateSession) !== 0,
    // Without a certificate there is nothing that was verified, whatever the number says.
    verified:
      (flags & (clientCertificateConnection | clientCertificateSession)) !== 0 &&
      value.subarray(1, 5).every((octet) => octet === 0),
    version: text(tlvType.sslVersion),
    commonName: text(tlvType.sslCommonName),
    cipher: text(tlvType.sslCipher),
  };
}

export function formatTlv(type: number, value: Uint8Array): Uint8Array {
  if (value.length > 0xffff) throw new RangeError('a field has at most 65,535 octets');
  return Uint8Array.from([type, value.length >> 8, value.length & 0xff, ...value]);
}

/** The fields of `extensions`, in a fixed order. */
export function formatExtensions(extensions: ProxyExtensions): Uint8Array {
  const { alpn, authority, uniqueId, tls, networkNamespace, others } = extensions;
  const fields: Uint8Array[] = [];
  if (alpn !== undefined) fields.push(formatTlv(tlvType.alpn, Buffer.from(alpn, 'latin1')));
  if (authority !== undefined) fields.push(formatTlv(tlvType.authority, Buffer.from(authority, 'utf8')));
  if (uniqueId !== undefined) fields.push(formatTlv(tlvType.uniqueId, uniqueId));
  if (tls !== undefined) fields.push(formatTlv(tlvType.ssl, formatTls(tls)));
  if (networkNamespace !== undefined) {
    fields.push(formatTlv(tlvType.networkNamespace, Buffer.from(networkNamespace, 'latin1')));
  }
  for (const { type, value } of others) fields.push(formatTlv(type, value));
  return Buffer.concat(fields);
}

function formatTls(tls: ProxyTls): Uint8Array {
  const flags =
    (tls.clientUsedTls ? clientSsl : 0) |
    (tls.certificateInConnection ? clientCertificateConnection : 0) |
    (tls.certificateInSession ? clientCertificateSession : 0);
  const fields: Uint8Array[] = [Uint8Array.from([flags, 0, 0, 0, tls.verified ? 0 : 1])];
  if (tls.version !== undefined) fields.push(formatTlv(tlvType.sslVersion, Buffer.from(tls.version, 'utf8')));
  if (tls.commonName !== undefined) fields.push(formatTlv(tlvType.sslCommonName, Buffer.from(tls.commonName, 'utf8')));
  if (tls.cipher !== undefined) fields.push(formatTlv(tlvType.sslCipher, Buffer.from(tls.cipher, 'utf8')));
  return Buffer.concat(fields);
}

function latin1(octets: Uint8Array): string {
  return Buffer.from(octets).toString('latin1');
}

function utf8(octets: Uint8Array): string | undefined {
  if (octets.length > authorityLimitOctets) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(octets);
  } catch {
    return undefined;
  }
}
