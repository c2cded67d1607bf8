/** XOAUTH2 (Google's, before RFC 7628): `user=NAME ^A auth=Bearer TOKEN ^A ^A`. */
import { accept, refuse, type Parsed } from '../parsed.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

export interface XOAuth2Message {
  readonly user: string;
  readonly token: string;
}

const message = /^user=([^\0\x01\r\n]+)\x01auth=bearer +([A-Za-z0-9\-._~+/]+=*)\x01\x01$/i;

export function parseXOAuth2(octets: Uint8Array): Parsed<XOAuth2Message> {
  const text = decodeUtf8(octets);
  if (!text.ok) return text;
  const match = message.exec(text.value);
  if (match === null) return refuse('the message is not well formed');
  return accept({ user: match[1] ?? '', token: match[2] ?? '' });
}

export function formatXOAuth2({ user, token }: XOAuth2Message): Uint8Array {
  return encodeUtf8(`user=${user}\x01auth=Bearer ${token}\x01\x01`);
}

/** The challenge that tells of a failure; the client answers with an empty message, then the server fails the exchange. */
export function formatXOAuth2Error(error: { readonly status: string; readonly scope: string }): Uint8Array {
  return encodeUtf8(JSON.stringify({ status: error.status, schemes: 'bearer', scope: error.scope }));
}
