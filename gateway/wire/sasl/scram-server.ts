/** The server's side of SCRAM as a state machine: octets and secrets in, octets and a verdict out. It looks nothing up. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { ChannelBinding } from './channel-binding.ts';
import {
  demandsExtension,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  type ClientFinal,
  type ClientFirst,
  type ScramError,
} from './scram-messages.ts';
import { encodeUtf8 } from './text.ts';

export type ScramHashName = 'SHA-1' | 'SHA-256';

/** RFC 5802 §3; what `Directory.scramSecret` gives. For a name without one: `dummyScramSecret`. */
export interface ScramServerSecret {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export interface ScramServerOptions {
  readonly hash: ScramHashName;
  /** The client chose the mechanism whose name ends in -PLUS. */
  readonly plus: boolean;
  /** The -PLUS mechanism was offered on this connection. */
  readonly plusOffered: boolean;
  /** What this connection can be bound by; empty without TLS. */
  readonly channelBindings: readonly ChannelBinding[];
  /** The server's part of the nonce: random printable ASCII without commas, at least 18 characters. */
  readonly nonce: string;
}

export interface ScramFailure {
  readonly ok: false;
  readonly error: ScramError;
  /** What may be sent as the last message where the protocol has a place for it. */
  readonly message: Uint8Array;
}

export interface ScramRequest {
  readonly ok: true;
  /** As the client wrote it, unescaped; whose it is is decided elsewhere. */
  readonly username: string;
  readonly authzid: string | undefined;
}

export type ScramVerdict = { readonly ok: true; readonly message: Uint8Array } | ScramFailure;

type State =
  | { readonly step: 'begin' }
  | { readonly step: 'challenge'; readonly first: ClientFirst; readonly binding: Uint8Array }
  | {
      readonly step: 'finish';
      readonly first: ClientFirst;
      readonly binding: Uint8Array;
      readonly serverFirst: string;
      readonly secret: ScramServerSecret;
    }
  | { readonly step: 'done' };

const digestNames = { 'SHA-1': 'sha1', 'SHA-256': 'sha256' } as const;

/** One exchange: `begin`, `challenge`, `finish`, each once and in this order; another order is a fault of the caller. */
export class ScramServer {
  readonly #options: ScramServerOptions;
  #state: State = { step: 'begin' };

  constructor(options: ScramServerOptions) {
    this.#options = options;
  }

  /** Takes `client-first-message`. */
  begin(message: Uint8Array): ScramRequest | ScramFailure {
    this.#expect('begin');
    this.#state = { step: 'done' };
    if (demandsExtension(message)) return failure('extensions-not-supported');
    const first = parseClientFirst(message);
    if (!first.ok) return failure('invalid-encoding');
    const binding = this.#binding(first.value);
    if (!(binding instanceof Uint8Array)) return binding;
    this.#state = { step: 'challenge', first: first.value, binding };
    return { ok: true, username: first.value.username, authzid: first.value.gs2.authzid };
  }

  /** @returns `server-first-message` */
  challenge(secret: ScramServerSecret): Uint8Array {
    const { first, binding } = this.#expect('challenge');
    const { salt, iterations } = secret;
    const serverFirst = formatServerFirst({ nonce: first.nonce + this.#options.nonce, salt, iterations });
    this.#state = { step: 'finish', first, binding, serverFirst, secret };
    return encodeUtf8(serverFirst);
  }

  /** Takes `client-final-message`. @returns `server-final-message` and whether the client has the password */
  finish(message: Uint8Array): ScramVerdict {
    const { first, binding, serverFirst, secret } = this.#expect('finish');
    this.#state = { step: 'done' };
    const final = parseClientFinal(message);
    if (!final.ok) return failure('invalid-encoding');
    // RFC 5802 §5.1: the nonce of the final message is the one that the server gave.
    if (!equal(encodeUtf8(final.value.nonce), encodeUtf8(first.nonce + this.#options.nonce))) {
      return failure('other-error');
    }
    if (!equal(final.value.channelBinding, binding)) return failure('channel-bindings-dont-match');
    const authMessage = `${first.bare},${serverFirst},${final.value.withoutProof}`;
    if (!this.#proves(final.value, secret, authMessage)) return failure('invalid-proof');
    return { ok: true, message: formatServerFinal({ signature: this.#hmac(secret.serverKey, authMessage) }) };
  }

  /** RFC 5802 §6: what `c=` must hold in the end, or why the client's flag cannot be. */
  #binding({ gs2 }: ClientFirst): Uint8Array | ScramFailure {
    const { plus, plusOffered, channelBindings } = this.#options;
    const { flag } = gs2;
    if (flag.kind !== 'p') {
      if (plus) return failure('channel-bindings-dont-match');
      // The client would have bound the channel, had it seen the offer: somebody took the offer out.
      if (flag.kind === 'y' && plusOffered) return failure('server-does-support-channel-binding');
      return encodeUtf8(gs2.text);
    }
    if (!plus) return failure('channel-binding-not-supported');
    const found = channelBindings.find(({ type }) => type === flag.type);
    if (found === undefined) return failure('unsupported-channel-binding-type');
    return Buffer.concat([encodeUtf8(gs2.text), found.data]);
  }

  /** RFC 5802 §3: H(ClientProof XOR HMAC(StoredKey, AuthMessage)) = StoredKey. */
  #proves({ proof }: ClientFinal, { storedKey }: ScramServerSecret, authMessage: string): boolean {
    const signature = this.#hmac(storedKey, authMessage);
    if (proof.length !== signature.length) return false;
    const clientKey = proof.map((octet, index) => octet ^ (signature[index] ?? 0));
    return equal(createHash(digestNames[this.#options.hash]).update(clientKey).digest(), storedKey);
  }

  #hmac(key: Uint8Array, text: string): Uint8Array {
    return createHmac(digestNames[this.#options.hash], key).update(text).digest();
  }

  #expect<Step extends State['step']>(step: Step): Extract<State, { readonly step: Step }> {
    if (this.#state.step !== step) throw new Error(`SCRAM is at ${this.#state.step}, not at ${step}`);
    return this.#state as Extract<State, { readonly step: Step }>;
  }
}

function failure(error: ScramError): ScramFailure {
  return { ok: false, error, message: formatServerFinal({ error }) };
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/**
 * What a name without keys is answered with, so that the challenge does not tell: always the same for one name, and nothing
 * proves it.
 * @param key a secret of the service, the same in all its processes and over restarts
 * @param name canonical
 * @param iterations those of real accounts
 */
export function dummyScramSecret(
  key: Uint8Array,
  name: string,
  hash: ScramHashName,
  iterations: number,
): ScramServerSecret {
  const derive = (purpose: string, digest: string) =>
    createHmac(digest, key).update(`${purpose}\0${hash}\0${name}`).digest();
  return {
    salt: derive('salt', 'sha256').subarray(0, 16),
    iterations,
    storedKey: derive('stored', digestNames[hash]),
    serverKey: derive('server', digestNames[hash]),
  };
}
