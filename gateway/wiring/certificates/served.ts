/** A certificate as it is given to listeners, and what can be read from one. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Secret } from '../../ports/secret.ts';

export interface ServedCertificate {
  /** Host names (lower case, `*.` allowed) and IP addresses that it is served for. */
  readonly names: readonly string[];
  /** PEM: the server's certificate first, then intermediate ones. */
  readonly certificatePem: string;
  /** PEM, not encrypted. */
  readonly privateKeyPem: Secret;
  readonly notAfterMs: number;
}

/** DNS names and IP addresses of a certificate, lower case (RFC 6125 §6.4: the common name counts for nothing). */
export function namesOf(certificate: X509Certificate): readonly string[] {
  const names: string[] = [];
  for (const entry of (certificate.subjectAltName ?? '').split(', ')) {
    if (entry.startsWith('DNS:')) names.push(entry.slice(4).toLowerCase());
    if (entry.startsWith('IP Address:')) names.push(canonicalAddress(entry.slice(11)));
  }
  return names;
}

/** One spelling for an IP address: OpenSSL writes `0:0:0:0:0:0:0:1`, people write `::1`. */
export function canonicalAddress(text: string): string {
  return isIP(text) === 6 ? new URL(`http://[${text}]/`).hostname.slice(1, -1) : text.toLowerCase();
}

export function notAfterOf(certificate: X509Certificate): number {
  return certificate.validToDate.getTime();
}

export function notBeforeOf(certificate: X509Certificate): number {
  return certificate.validFromDate.getTime();
}
