/** What all mechanisms share: UTF-8, base64 and the lengths that a server takes. */
import { accept, refuse, type Parsed } from '../parsed.ts';

/** More than any honest message has: tokens of OAUTHBEARER are the longest. */
export const maxMessageOctets = 16_384;

/** Octets as UTF-8; a byte order mark is a character like any other. */
export function decodeUtf8(octets: Uint8Array): Parsed<string> {
  if (octets.length > maxMessageOctets) return refuse('the message is too long');
  try {
    return accept(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets));
  } catch {
    return refuse('the message is not UTF-8');
  }
}

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** RFC 4648 §4 with padding, nothing else allowed in it, and no bits set behind the end (§3.5). */
export function decodeBase64(text: string): Parsed<Uint8Array> {
  if (text.length > (maxMessageOctets / 3) * 4 + 4) return refuse('the message is too long');
  if (!base64.test(text)) return refuse('the message is not base64');
  const octets = Buffer.from(text, 'base64');
  return octets.toString('base64') === text ? accept(octets) : refuse('the message is not base64');
}

export function encodeBase64(octets: Uint8Array): string {
  return Buffer.from(octets).toString('base64');
}
