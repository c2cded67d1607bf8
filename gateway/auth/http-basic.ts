/** HTTP Basic (RFC 7617): the header a client sends, and the challenge it answers. Pure; who checks it is the Authenticator. */
import type { PasswordCredentials } from '../ports/directory.ts';
import { Secret } from '../ports/secret.ts';

/** A longer header is refused before it is decoded: a login and a password of the greatest length fit in well. */
const maxHeaderLength = 4096;

export type BasicResult =
  | { readonly ok: true; readonly value: PasswordCredentials }
  /** `reason` never holds a part of the header. */
  | { readonly ok: false; readonly reason: string };

const token68 = /^[A-Za-z0-9+/]+={0,2}$/;
// RFC 7617 §2: user-id and password MUST NOT contain any control characters. U+0080 to U+009F are controls too.
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Reads the value of `Authorization`.
 * @param header undefined or another scheme: not ok
 * @returns the login as typed (the text before the first colon, so a login cannot hold one) and the password (all behind it,
 *   colons included; it may be empty)
 */
export function parseBasic(header: string | undefined): BasicResult {
  if (header === undefined) return refused('no credentials were sent');
  if (header.length > maxHeaderLength) return refused('the credentials are too long');
  // RFC 9110 §11.1: the scheme is compared without regard to case; §11.4: one or more spaces follow it.
  const match = /^basic +(\S+) *$/i.exec(header);
  if (match === null) return refused('the credentials are not of the Basic scheme');
  const encoded = match[1] ?? '';
  if (!token68.test(encoded) || encoded.replace(/=+$/, '').length % 4 === 1) {
    return refused('the credentials are not base64');
  }
  const decoded = decodeText(Buffer.from(encoded, 'base64'));
  const colon = decoded.indexOf(':');
  if (colon === -1) return refused('the credentials have no colon');
  if (controlCharacter.test(decoded)) return refused('the credentials hold a control character');
  const login = decoded.slice(0, colon);
  if (login === '') return refused('the login is empty');
  return { ok: true, value: { login, password: new Secret(decoded.slice(colon + 1)) } };
}

/**
 * The value of `WWW-Authenticate`. RFC 7617 §2.1: `charset="UTF-8"` tells the client how to encode what is not ASCII.
 * @param realm shown to the person by some clients; must not hold control characters
 */
export function formatBasicChallenge(realm: string): string {
  return `Basic realm="${realm.replaceAll(/[\\"]/g, String.raw`\$&`)}", charset="UTF-8"`;
}

/**
 * COMPAT(Windows WebDAV redirector, all; davfs2 in a Latin-1 locale): clients that overlook `charset` send ISO 8859-1.
 * Octets that are not UTF-8 are read as that; a text of two or more such letters that happens to be UTF-8 is rare.
 */
function decodeText(octets: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    return Buffer.from(octets).toString('latin1');
  }
}

function refused(reason: string): BasicResult {
  return { ok: false, reason };
}
