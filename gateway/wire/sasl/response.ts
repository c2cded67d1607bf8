/** How mail and XMPP protocols carry SASL messages in a line: base64, `=` for an empty one, `*` for giving up. */
import { accept, refuse, type Parsed } from '../parsed.ts';
import { decodeBase64, encodeBase64 } from './text.ts';

export type LineResponse = { readonly kind: 'message'; readonly octets: Uint8Array } | { readonly kind: 'cancel' };

/** An initial response: RFC 4954 §4, RFC 4959 §3, RFC 6120 §6.4.2: `=` is an empty one, an empty text is none. */
export function parseInitialResponse(text: string): Parsed<Uint8Array> {
  if (text === '=') return accept(new Uint8Array());
  return text === '' ? refuse('the initial response is missing') : decodeBase64(text);
}

/** A later response: RFC 9051 §6.2.2, RFC 4954 §4: `*` gives up, an empty line is an empty response. */
export function parseLineResponse(text: string): Parsed<LineResponse> {
  if (text === '*') return accept({ kind: 'cancel' });
  const octets = decodeBase64(text);
  return octets.ok ? accept({ kind: 'message', octets: octets.value }) : octets;
}

/** A challenge in a line; an empty one is an empty text. */
export function formatChallenge(octets: Uint8Array): string {
  return encodeBase64(octets);
}

/** The data that comes with success where the protocol has a place for it: RFC 6120 §6.3.10 writes an empty one as `=`. */
export function formatSuccessData(octets: Uint8Array): string {
  return octets.length === 0 ? '=' : encodeBase64(octets);
}
