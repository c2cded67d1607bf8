/**
 * The port `Directory`: who the people, groups, rooms and resources of a domain are, and whether a password is theirs.
 *
 * Several directories form a chain per domain: the first that knows the name decides. An adapter that cannot do something
 * leaves the optional member out; what depends on it is then not advertised.
 */
import type { Call } from './call.ts';
import type { Secret } from './secret.ts';

export type PrincipalKind = 'person' | 'group' | 'room' | 'resource';

/** `disabled`: an administrator closed it. `locked`: closed for a while by policy. Neither may sign in or act. */
export type PrincipalState = 'active' | 'disabled' | 'locked';

export type PrincipalRole = 'administrator';

export interface Principal {
  /** Stable and opaque, never reused: what stores keep as owner and ACLs name. At most 64 characters of `[A-Za-z0-9._-]`. */
  readonly id: string;
  readonly kind: PrincipalKind;
  /** The domain's canonical name, lower case. */
  readonly domain: string;
  /** `login@domain`, lower case: the name in URLs and what people type. Unique in the service. */
  readonly address: string;
  /** All addresses, `address` first, aliases after it; lower case. */
  readonly addresses: readonly string[];
  readonly displayName: string;
  readonly state: PrincipalState;
  readonly roles: readonly PrincipalRole[];
  /** Ids of every group that holds this principal, through nesting too. */
  readonly groups: readonly string[];
  /** Octets this principal's stores may hold; undefined: the domain's default decides. */
  readonly quotaOctets: number | undefined;
  /** BCP 47 tag; undefined when unknown. */
  readonly language: string | undefined;
}

export interface PasswordCredentials {
  /** As typed: `user` or `user@domain`; the caller has put the domain of the listener's name behind a bare name. */
  readonly login: string;
  readonly password: Secret;
}

/** RFC 5802 §3: what a server keeps for SCRAM instead of the password. Keys are octets of the mechanism's hash length. */
export interface ScramSecret {
  readonly principalId: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

export type ScramHash = 'SHA-1' | 'SHA-256';

export interface PrincipalQuery {
  /** Only principals of this domain. Required: no query crosses institutions. */
  readonly domain: string;
  /** Matched without regard to case against the start of words of display name and of addresses; undefined matches all. */
  readonly text?: string;
  readonly kinds?: readonly PrincipalKind[];
  /** At most so many answers. */
  readonly limit: number;
}

export interface Directory {
  /** The domains this directory has people of, lower case. */
  domains(call: Call): Promise<readonly string[]>;

  /**
   * Checks a password. Takes as long for a name that does not exist as for one that does.
   * @throws GatewayError `authentication-failed` (unknown name, wrong password or closed account: one message for all),
   *   `unavailable` (the directory does not answer)
   */
  authenticate(credentials: PasswordCredentials, call: Call): Promise<Principal>;

  /** The principal that has this address or alias, whatever its state; undefined when there is none. */
  lookup(address: string, call: Call): Promise<Principal | undefined>;

  /** The principal with this id, whatever its state; undefined when it is gone. */
  principal(id: string, call: Call): Promise<Principal | undefined>;

  /** Active principals in order of display name. */
  search(query: PrincipalQuery, call: Call): Promise<readonly Principal[]>;

  /** Direct members of a group. @throws GatewayError `not-found` when there is no such group */
  members(groupId: string, call: Call): Promise<readonly Principal[]>;

  /**
   * A text that changes whenever anything that this directory says of the principal (state, password, groups, names)
   * may have changed; undefined when the principal is gone. Asked on every use of a cached credential, so it must be
   * one cheap look-up. Where it is absent the credential cache lives only by its time.
   */
  version?(principalId: string, call: Call): Promise<string | undefined>;

  /** SCRAM keys of an active account; undefined when it has none for this hash or does not exist. */
  scramSecret?(login: string, hash: ScramHash, call: Call): Promise<ScramSecret | undefined>;

  /** Present where accounts are kept here and may be changed. */
  readonly administration?: DirectoryAdministration;
}

export interface NewPrincipal {
  readonly kind: PrincipalKind;
  /** `login@domain` */
  readonly address: string;
  readonly displayName: string;
  readonly aliases?: readonly string[];
  /** A person without a password cannot sign in until one is set. */
  readonly password?: Secret;
  /** An existing hash instead of a password: {SSHA}, {CRYPT} SHA-512, bcrypt, argon2; replaced at the first sign-in. */
  readonly importedHash?: Secret;
  readonly quotaOctets?: number;
  readonly language?: string;
  readonly roles?: readonly PrincipalRole[];
}

export interface PrincipalChange {
  readonly displayName?: string;
  readonly aliases?: readonly string[];
  readonly state?: PrincipalState;
  /** null takes the own quota away, so that the domain's default decides again. */
  readonly quotaOctets?: number | null;
  readonly language?: string | null;
  readonly roles?: readonly PrincipalRole[];
}

/** The part of a directory that `passerelle user` and `passerelle group` drive. Every change is durable when it returns. */
export interface DirectoryAdministration {
  /** @throws GatewayError `already-exists` (an address is taken), `syntax` (an address or a password is not acceptable) */
  create(principal: NewPrincipal, call: Call): Promise<Principal>;
  /** @throws GatewayError `not-found`, `already-exists` */
  update(id: string, change: PrincipalChange, call: Call): Promise<Principal>;
  /** @throws GatewayError `not-found`, `syntax` */
  setPassword(id: string, password: Secret, call: Call): Promise<void>;
  /** Removes the principal and its memberships; its id is never given again. @throws GatewayError `not-found` */
  remove(id: string, call: Call): Promise<void>;
  /** @throws GatewayError `not-found`, `precondition-failed` (a group would hold itself) */
  addMember(groupId: string, memberId: string, call: Call): Promise<void>;
  /** @throws GatewayError `not-found` */
  removeMember(groupId: string, memberId: string, call: Call): Promise<void>;
  /** Every principal of the domain, in order of address, in any state. */
  list(domain: string, kinds: readonly PrincipalKind[], call: Call): AsyncIterable<Principal>;
}
