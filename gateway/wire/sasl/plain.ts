/** PLAIN (RFC 4616): `[authzid] NUL authcid NUL password`. */
import { accept, refuse, type Parsed } from '../parsed.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

export interface PlainMessage {
  /** Who the client wants to act as; undefined: who it is. */
  readonly authzid: string | undefined;
  readonly authcid: string;
  /** Not prepared. */
  readonly password: string;
}

export function parsePlain(octets: Uint8Array): Parsed<PlainMessage> {
  const text = decodeUtf8(octets);
  if (!text.ok) return text;
  const parts = text.value.split('\0');
  const [authzid, authcid, password] = parts;
  if (parts.length !== 3 || authzid === undefined || authcid === undefined || password === undefined) {
    return refuse('a PLAIN message has three parts');
  }
  // RFC 4616 §2: authcid and passwd are at least one character.
  if (authcid === '') return refuse('the name is empty');
  if (password === '') return refuse('the password is empty');
  return accept({ authzid: authzid === '' ? undefined : authzid, authcid, password });
}

export function formatPlain(message: PlainMessage): Uint8Array {
  return encodeUtf8(`${message.authzid ?? ''}\0${message.authcid}\0${message.password}`);
}
