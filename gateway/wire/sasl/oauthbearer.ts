/** OAUTHBEARER (RFC 7628): a bearer token instead of a password. */
import { accept, refuse, type Parsed } from '../parsed.ts';
import { formatGs2Header, parseGs2Header } from './gs2.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

export interface OAuthBearerMessage {
  readonly authzid: string | undefined;
  /** The token behind `Bearer `. */
  readonly token: string;
  /** What the client connected to; undefined when it does not say. */
  readonly host: string | undefined;
  readonly port: number | undefined;
}

/** RFC 7628 §3.2.2: what a refused client is told, as JSON. */
export interface OAuthBearerError {
  readonly status: string;
  readonly scope?: string;
  /** `openid-configuration` in the JSON. */
  readonly openidConfiguration?: string;
}

const separator = '\x01';
// RFC 7628 §3.1: key = 1*(ALPHA), value = *(VCHAR / SP / HTAB / CR / LF).
const pair = /^([A-Za-z]+)=([\x21-\x7e \t\r\n]*)$/;
// RFC 6750 §2.1.
const bearer = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i;

export function parseOAuthBearer(octets: Uint8Array): Parsed<OAuthBearerMessage> {
  const text = decodeUtf8(octets);
  if (!text.ok) return text;
  const gs2 = parseGs2Header(text.value);
  if (!gs2.ok) return gs2;
  if (gs2.value.flag.kind === 'p') return refuse('OAUTHBEARER has no channel binding');
  const pairs = parsePairs(text.value.slice(gs2.value.text.length));
  if (!pairs.ok) return pairs;
  const token = bearer.exec(pairs.value.get('auth') ?? '')?.[1];
  if (token === undefined) return refuse('the message has no bearer token');
  const port = pairs.value.get('port');
  if (port !== undefined && !/^\d{1,5}$/.test(port)) return refuse('the port is not a number');
  return accept({
    authzid: gs2.value.authzid,
    token,
    host: pairs.value.get('host'),
    port: port === undefined ? undefined : Number(port),
  });
}

/** RFC 7628 §3.1: kvsep, then each pair with a kvsep behind it, then one more. */
function parsePairs(text: string): Parsed<ReadonlyMap<string, string>> {
  if (!text.startsWith(separator) || !text.endsWith(separator + separator)) {
    return refuse('the message is not well formed');
  }
  const pairs = new Map<string, string>();
  for (const part of text.slice(1, -2).split(separator)) {
    const match = pair.exec(part);
    const [, key = '', value = ''] = match ?? [];
    if (match === null || pairs.has(key)) return refuse('the message is not well formed');
    pairs.set(key, value);
  }
  return accept(pairs);
}

export function formatOAuthBearer(message: OAuthBearerMessage): Uint8Array {
  const { authzid, token, host, port } = message;
  const pairs = [
    ...(host === undefined ? [] : [`host=${host}`]),
    ...(port === undefined ? [] : [`port=${port}`]),
    `auth=Bearer ${token}`,
  ];
  const body = pairs.map((each) => each + separator).join('');
  return encodeUtf8(`${formatGs2Header({ kind: 'n' }, authzid)}${separator}${body}${separator}`);
}

/** The challenge that tells of a failure. The client answers with one kvsep, then the server fails the exchange. */
export function formatOAuthBearerError(error: OAuthBearerError): Uint8Array {
  const { status, scope, openidConfiguration } = error;
  return encodeUtf8(JSON.stringify({ status, scope, 'openid-configuration': openidConfiguration }));
}

/** RFC 7628 §3.2.3: the client's answer to that challenge, %x01. */
export function isOAuthBearerAcknowledgement(octets: Uint8Array): boolean {
  return octets.length === 1 && octets[0] === 1;
}
