/** EXTERNAL (RFC 4422 appendix A): who the client is was shown by other means, a TLS certificate. */
import { accept, refuse, type Parsed } from '../parsed.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

/** @returns the authzid; undefined when the client leaves it to the server */
export function parseExternal(octets: Uint8Array): Parsed<string | undefined> {
  const text = decodeUtf8(octets);
  if (!text.ok) return text;
  if (text.value.includes('\0')) return refuse('the authorization identity holds NUL');
  return accept(text.value === '' ? undefined : text.value);
}

export function formatExternal(authzid: string | undefined): Uint8Array {
  return encodeUtf8(authzid ?? '');
}
