/** The names that a certificate is for. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

/** DNS names and IP addresses of a certificate, lower case (RFC 9525 §6.3: the common name counts for nothing). */
export function namesOf(certificate: X509Certificate): readonly string[] {
  const names: string[] = [];
  for (const entry of (certificate.subjectAltName ?? '').split(', ')) {
    if (entry.startsWith('DNS:')) names.push(entry.slice('DNS:'.length).toLowerCase());
    if (entry.startsWith('IP Address:')) names.push(canonicalAddress(entry.slice('IP Address:'.length)));
  }
  return names;
}

/** One spelling for an IP address: OpenSSL writes `0:0:0:0:0:0:0:1`, people write `::1`. */
export function canonicalAddress(text: string): string {
  return isIP(text) === 6 ? new URL(`http://[${text}]/`).hostname.slice(1, -1) : text.toLowerCase();
}
