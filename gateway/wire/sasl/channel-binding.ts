/** Channel binding types and their data, as data: what the TLS layer gives, SCRAM-PLUS compares. */
import { createHash } from 'node:crypto';

/**
 * - `tls-exporter` (RFC 9266): 32 octets of exported keying material; TLS 1.3, and earlier with extended master secret
 * - `tls-server-end-point` (RFC 5929 §4): hash of the server's certificate; any TLS
 * - `tls-unique` (RFC 5929 §3): first Finished message; not defined for TLS 1.3
 */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique';

export interface ChannelBinding {
  readonly type: ChannelBindingType;
  readonly data: Uint8Array;
}

/** RFC 9266 §2: label, length in octets and (empty) context of the exporter. */
export const tlsExporter = { label: 'EXPORTER-Channel-Binding', lengthOctets: 32, context: '' } as const;

export type CertificateHash = 'md5' | 'sha1' | 'sha256' | 'sha384' | 'sha512';

/**
 * The data of `tls-server-end-point`.
 * @param certificate DER
 * @param signatureHash the hash of the certificate's signature algorithm; undefined where it has none of its own (Ed25519): the
 *   type is then undefined (RFC 5929 §4.1), and so is the result
 */
export function serverEndPoint(
  certificate: Uint8Array,
  signatureHash: CertificateHash | undefined,
): ChannelBinding | undefined {
  if (signatureHash === undefined) return undefined;
  // RFC 5929 §4.1: MD5 and SHA-1 give way to SHA-256.
  const hash = signatureHash === 'md5' || signatureHash === 'sha1' ? 'sha256' : signatureHash;
  return { type: 'tls-server-end-point', data: createHash(hash).update(certificate).digest() };
}
