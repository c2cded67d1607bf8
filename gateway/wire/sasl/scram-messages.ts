/** The four messages of SCRAM (RFC 5802 §5, §7). */
import { accept, refuse, type Parsed } from '../parsed.ts';
import { formatGs2Header, formatSaslName, parseGs2Header, parseSaslName, type Gs2Header } from './gs2.ts';
import { decodeBase64, decodeUtf8, encodeBase64, encodeUtf8 } from './text.ts';

export interface ClientFirst {
  readonly gs2: Gs2Header;
  readonly username: string;
  readonly nonce: string;
  /** `client-first-message-bare` as it was sent. */
  readonly bare: string;
}

export interface ServerFirst {
  /** The client's nonce and the server's behind it. */
  readonly nonce: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

export interface ClientFinal {
  /** `c=`: the GS2 header and, with channel binding, its data. */
  readonly channelBinding: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
  /** `client-final-message-without-proof` as it was sent. */
  readonly withoutProof: string;
}

/** RFC 5802 §7 `server-error-value`. */
export type ScramError =
  | 'invalid-encoding'
  | 'extensions-not-supported'
  | 'invalid-proof'
  | 'channel-bindings-dont-match'
  | 'server-does-support-channel-binding'
  | 'channel-binding-not-supported'
  | 'unsupported-channel-binding-type'
  | 'unknown-user'
  | 'invalid-username-encoding'
  | 'no-resources'
  | 'other-error';

export type ServerFinal = { readonly signature: Uint8Array } | { readonly error: ScramError };

// RFC 5802 §7 printable: all of ASCII that prints, without the comma.
const nonce = /^[\x21-\x2b\x2d-\x7e]{1,512}$/;
/** `n=`, `r=` and extensions that need not be understood; `m=` is answered by the server, not here. */
const clientFirstBare = /^n=([^,]*),r=([^,]*)((?:,[A-Za-z]=[^,]+)*)$/;
const clientFinal = /^(c=([^,]*),r=([^,]*)(?:,[A-Za-z]=[^,]+)*),p=([^,]*)$/;

/** Whether a client-first message demands an extension (RFC 5802 §5.1, `m=`), none of which exists. */
export function demandsExtension(octets: Uint8Array): boolean {
  return /^[^,]*,[^,]*,m=/.test(Buffer.from(octets).toString('latin1'));
}

export function parseClientFirst(octets: Uint8Array): Parsed<ClientFirst> {
  const text = decodeUtf8(octets);
  if (!text.ok) return text;
  const gs2 = parseGs2Header(text.value);
  if (!gs2.ok) return gs2;
  const bare = text.value.slice(gs2.value.text.length);
  const match = clientFirstBare.exec(bare);
  if (match === null) return refuse('the first message is not well formed');
  const username = parseSaslName(match[1] ?? '');
  if (!username.ok) return username;
  const clientNonce = match[2] ?? '';
  if (!nonce.test(clientNonce)) return refuse('the nonce is not well formed');
  return accept({ gs2: gs2.value, username: username.value, nonce: clientNonce, bare });
}

export function formatClientFirst(message: Pick<ClientFirst, 'gs2' | 'username' | 'nonce'>): Uint8Array {
  const { gs2, username, nonce: clientNonce } = message;
  return encodeUtf8(`${formatGs2Header(gs2.flag, gs2.authzid)}n=${formatSaslName(username)},r=${clientNonce}`);
}

export function formatServerFirst(message: ServerFirst): string {
  return `r=${message.nonce},s=${encodeBase64(message.salt)},i=${message.iterations}`;
}

export function parseServerFirst(text: string): Parsed<ServerFirst> {
  const match = /^r=([^,]*),s=([^,]*),i=([1-9]\d{0,8})(?:,[A-Za-z]=[^,]+)*$/.exec(text);
  if (match === null || !nonce.test(match[1] ?? '')) return refuse('the server message is not well formed');
  const salt = decodeBase64(match[2] ?? '');
  return salt.ok ? accept({ nonce: match[1] ?? '', salt: salt.value, iterations: Number(match[3]) }) : salt;
}

export function parseClientFinal(octets: Uint8Array): Parsed<ClientFinal> {
  const text = decodeUtf8(octets);
  if (!text.ok) return text;
  const match = clientFinal.exec(text.value);
  if (match === null) return refuse('the final message is not well formed');
  const [, withoutProof = '', binding = '', finalNonce = '', proofText = ''] = match;
  if (!nonce.test(finalNonce)) return refuse('the nonce is not well formed');
  const channelBinding = decodeBase64(binding);
  if (!channelBinding.ok) return channelBinding;
  const proof = decodeBase64(proofText);
  if (!proof.ok) return proof;
  return accept({ channelBinding: channelBinding.value, nonce: finalNonce, proof: proof.value, withoutProof });
}

/** `client-final-message-without-proof`; the proof is made over it. */
export function formatClientFinalWithoutProof(channelBinding: Uint8Array, finalNonce: string): string {
  return `c=${encodeBase64(channelBinding)},r=${finalNonce}`;
}

export function formatClientFinal(withoutProof: string, proof: Uint8Array): Uint8Array {
  return encodeUtf8(`${withoutProof},p=${encodeBase64(proof)}`);
}

export function formatServerFinal(message: ServerFinal): Uint8Array {
  return encodeUtf8('error' in message ? `e=${message.error}` : `v=${encodeBase64(message.signature)}`);
}
