/** Names of the mechanisms that there are codecs for, best first: what a server offers, it offers in this order. */

export const saslMechanisms = [
  'SCRAM-SHA-256-PLUS',
  'SCRAM-SHA-256',
  'EXTERNAL',
  'OAUTHBEARER',
  'XOAUTH2',
  'PLAIN',
  'LOGIN',
] as const;

export type SaslMechanism = (typeof saslMechanisms)[number];

/** Mechanisms that hand the password or a token itself over: for encrypted connections only. */
export const plaintextMechanisms: ReadonlySet<SaslMechanism> = new Set(['OAUTHBEARER', 'XOAUTH2', 'PLAIN', 'LOGIN']);

/** The mechanism with this name; names have no case where a protocol says so (RFC 4422 §3.1 has upper case only). */
export function parseMechanism(name: string): SaslMechanism | undefined {
  const upper = name.toUpperCase();
  return saslMechanisms.find((mechanism) => mechanism === upper);
}
