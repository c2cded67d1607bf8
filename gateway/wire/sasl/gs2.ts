/** The GS2 header (RFC 5801 §4, RFC 5802 §7) that begins SCRAM and OAUTHBEARER messages, and names inside them. */
import { accept, refuse, type Parsed } from '../parsed.ts';

export type ChannelBindingFlag =
  /** The client does not do channel binding. */
  | { readonly kind: 'n' }
  /** It does, and believes that the server does not. */
  | { readonly kind: 'y' }
  /** It uses this type. */
  | { readonly kind: 'p'; readonly type: string };

export interface Gs2Header {
  readonly flag: ChannelBindingFlag;
  readonly authzid: string | undefined;
  /** The header as it was sent, with both commas: it is part of what is signed. */
  readonly text: string;
}

// cb-name of RFC 5801 §4.
const header = /^(n|y|p=[A-Za-z0-9.-]{1,64}),(?:a=([^,]+))?,/;

/** Reads the header at the beginning of a message. */
export function parseGs2Header(message: string): Parsed<Gs2Header> {
  const match = header.exec(message);
  if (match === null) return refuse('the message has no GS2 header');
  const [text, flag = '', name] = match;
  const authzid = name === undefined ? accept(undefined) : parseSaslName(name);
  if (!authzid.ok) return authzid;
  return accept({ flag: parseFlag(flag), authzid: authzid.value, text });
}

function parseFlag(flag: string): ChannelBindingFlag {
  if (flag === 'n' || flag === 'y') return { kind: flag };
  return { kind: 'p', type: flag.slice(2) };
}

export function formatGs2Header(flag: ChannelBindingFlag, authzid: string | undefined): string {
  const name = authzid === undefined ? '' : `a=${formatSaslName(authzid)}`;
  return `${flag.kind === 'p' ? `p=${flag.type}` : flag.kind},${name},`;
}

/** RFC 5802 §5.1: `,` and `=` are written `=2C` and `=3D`; no other `=` may appear, and no NUL. */
export function parseSaslName(text: string): Parsed<string> {
  if (text === '' || text.includes('\0') || /=(?!2C|3D)/.test(text)) return refuse('a name is not well formed');
  return accept(text.replaceAll('=2C', ',').replaceAll('=3D', '='));
}

export function formatSaslName(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}
