/** A directory in memory, with the rules of the one that is kept in SQL: for tests, and to see what the port asks. */
import { randomBytes } from 'node:crypto';
import type {
  Directory,
  DirectoryAdministration,
  NewPrincipal,
  PasswordCredentials,
  Principal,
  PrincipalChange,
  PrincipalKind,
  PrincipalQuery,
  PrincipalState,
  ScramHash,
  ScramSecret,
} from '../../gateway/ports/directory.ts';
import type { Call } from '../../gateway/ports/call.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Secret } from '../../gateway/ports/secret.ts';
import { foldName } from '../../gateway/wire/address/account-address.ts';
import {
  canonicalAddress,
  checkChange,
  checkNewPrincipal,
  groupHasNoPassword,
  type PrincipalFacts,
} from '../shared/accounts/rules.ts';
import { foldText, queryWords, searchWords } from '../shared/accounts/search-words.ts';
import { Passwords, type PasswordRecord } from '../shared/passwords/passwords.ts';

interface Account {
  readonly id: string;
  readonly facts: PrincipalFacts;
  readonly state: PrincipalState;
  readonly password: Pick<PasswordRecord, 'hash'> & Partial<PasswordRecord>;
  readonly version: number;
}

/** Hashing that costs next to nothing: what is in memory is not stolen with a disk. */
const cheapHashing = { argon2: { memoryKiB: 8, passes: 1, parallelism: 1 }, scramIterations: 4096 };

export class MemoryDirectory implements Directory, DirectoryAdministration, AsyncDisposable {
  readonly administration: DirectoryAdministration = this;
  readonly #domains: ReadonlySet<string>;
  readonly #passwords: Passwords;
  readonly #accounts = new Map<string, Account>();
  readonly #byAddress = new Map<string, string>();
  /** Member ids by group id. */
  readonly #members = new Map<string, Set<string>>();
  #lastVersion = 0;

  /** @param domains lower case */
  constructor(domains: readonly string[], passwords: Passwords = new Passwords(cheapHashing)) {
    this.#domains = new Set(domains.map(foldName));
    this.#passwords = passwords;
  }

  domains(_call: Call): Promise<readonly string[]> {
    return Promise.resolve([...this.#domains]);
  }

  async authenticate(credentials: PasswordCredentials, call: Call): Promise<Principal> {
    const account = this.#find(credentials.login);
    const known = account === undefined ? undefined : { ...account.password, scramIterations: undefined };
    const { matches } = await this.#passwords.verify(credentials.password, known, call);
    const now = account === undefined ? undefined : this.#accounts.get(account.id);
    if (!matches || now?.state !== 'active') {
      throw new GatewayError('authentication-failed', 'the name or the password is wrong');
    }
    return this.#principal(now);
  }

  lookup(address: string, _call: Call): Promise<Principal | undefined> {
    const account = this.#find(address);
    return Promise.resolve(account === undefined ? undefined : this.#principal(account));
  }

  principal(id: string, _call: Call): Promise<Principal | undefined> {
    const account = this.#accounts.get(id);
    return Promise.resolve(account === undefined ? undefined : this.#principal(account));
  }

  search(query: PrincipalQuery, _call: Call): Promise<readonly Principal[]> {
    const wanted = queryWords(query.text ?? '');
    const found = [...this.#accounts.values()].filter(({ facts, state }) => {
      if (facts.domain !== foldName(query.domain) || state !== 'active') return false;
      if (query.kinds !== undefined && !query.kinds.includes(facts.kind)) return false;
      const words = searchWords(facts.displayName, [facts.address, ...facts.aliases]);
      return wanted.every((start) => words.some((word) => word.startsWith(start)));
    });
    const sorted = found.toSorted((a, b) => compare(foldText(a.facts.displayName), foldText(b.facts.displayName)));
    return Promise.resolve(sorted.slice(0, query.limit).map((account) => this.#principal(account)));
  }

  async members(groupId: string, _call: Call): Promise<readonly Principal[]> {
    this.#group(groupId);
    const members = [...(this.#members.get(groupId) ?? [])].map((id) => this.#existing(id));
    const sorted = members.toSorted((a, b) => compare(foldText(a.facts.displayName), foldText(b.facts.displayName)));
    return sorted.map((account) => this.#principal(account));
  }

  version(principalId: string, _call: Call): Promise<string | undefined> {
    return Promise.resolve(this.#accounts.get(principalId)?.version.toString());
  }

  scramSecret(login: string, hash: ScramHash, _call: Call): Promise<ScramSecret | undefined> {
    const account = this.#find(login);
    if (hash !== 'SHA-256' || account?.state !== 'active' || account.password.scram === undefined) {
      return Promise.resolve(undefined);
    }
    return Promise.resolve({ principalId: account.id, ...account.password.scram });
  }

  async create(principal: NewPrincipal, call: Call): Promise<Principal> {
    const facts = checkNewPrincipal(principal, this.#domains);
    const imported = principal.importedHash;
    const password =
      principal.password !== undefined
        ? await this.#passwords.hash(principal.password, call)
        : { hash: imported === undefined ? '' : this.#passwords.checkImported(imported) };
    const id = randomBytes(16).toString('hex');
    this.#claim(id, [facts.address, ...facts.aliases]);
    return this.#principal(this.#store({ id, facts, state: 'active', password, version: 0 }));
  }

  async update(id: string, change: PrincipalChange, _call: Call): Promise<Principal> {
    const account = this.#existing(id);
    const { state = account.state, ...checked } = checkChange(change, account.facts.address, this.#domains);
    const facts: PrincipalFacts = {
      ...account.facts,
      ...(checked.displayName === undefined ? {} : { displayName: checked.displayName }),
      ...(checked.aliases === undefined ? {} : { aliases: checked.aliases }),
      ...(checked.quotaOctets === undefined ? {} : { quotaOctets: checked.quotaOctets ?? undefined }),
      ...(checked.language === undefined ? {} : { language: checked.language ?? undefined }),
      ...(checked.roles === undefined ? {} : { roles: checked.roles }),
    };
    this.#claim(id, [facts.address, ...facts.aliases]);
    return this.#principal(this.#store({ ...account, facts, state }));
  }

  async setPassword(id: string, password: Secret, call: Call): Promise<void> {
    if (this.#existing(id).facts.kind === 'group') throw groupHasNoPassword();
    const record = await this.#passwords.hash(password, call);
    this.#store({ ...this.#existing(id), password: record });
  }

  async remove(id: string, _call: Call): Promise<void> {
    this.#existing(id);
    this.#touchBelow(id);
    this.#release(id);
    this.#members.delete(id);
    for (const members of this.#members.values()) members.delete(id);
    this.#accounts.delete(id);
  }

  async addMember(groupId: string, memberId: string, _call: Call): Promise<void> {
    this.#group(groupId);
    this.#existing(memberId);
    if (this.#below(memberId).has(groupId)) {
      throw new GatewayError('precondition-failed', 'the group would hold itself');
    }
    const members = this.#members.get(groupId) ?? new Set();
    this.#members.set(groupId, members.add(memberId));
    this.#touchBelow(memberId);
  }

  async removeMember(groupId: string, memberId: string, _call: Call): Promise<void> {
    this.#group(groupId);
    if (this.#members.get(groupId)?.delete(memberId) !== true) {
      throw new GatewayError('not-found', 'the group has no such member');
    }
    this.#touchBelow(memberId);
  }

  async *list(domain: string, kinds: readonly PrincipalKind[], _call: Call): AsyncIterable<Principal> {
    const all = [...this.#accounts.values()].toSorted((a, b) => compare(a.facts.address, b.facts.address));
    for (const account of all) {
      if (account.facts.domain === foldName(domain) && kinds.includes(account.facts.kind))
        yield this.#principal(account);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#passwords[Symbol.asyncDispose]();
  }

  #find(login: string): Account | undefined {
    const id = this.#byAddress.get(canonicalAddress(login) ?? '');
    return id === undefined ? undefined : this.#accounts.get(id);
  }

  #existing(id: string): Account {
    const account = this.#accounts.get(id);
    if (account === undefined) throw new GatewayError('not-found', 'there is no such account');
    return account;
  }

  #group(id: string): void {
    if (this.#accounts.get(id)?.facts.kind !== 'group') throw new GatewayError('not-found', 'there is no such group');
  }

  #store(account: Account): Account {
    this.#lastVersion += 1;
    const stored = { ...account, version: this.#lastVersion };
    this.#accounts.set(account.id, stored);
    return stored;
  }

  /** Takes these addresses and no others for the id. */
  #claim(id: string, addresses: readonly string[]): void {
    for (const address of addresses) {
      const holder = this.#byAddress.get(address);
      if (holder !== undefined && holder !== id) {
        throw new GatewayError('already-exists', `the address ${address} is taken`, {
          detail: { subjects: [address] },
        });
      }
    }
    this.#release(id);
    for (const address of addresses) this.#byAddress.set(address, id);
  }

  #release(id: string): void {
    for (const [address, holder] of this.#byAddress) if (holder === id) this.#byAddress.delete(address);
  }

  /** The principal itself and all that it holds, through nesting too. */
  #below(id: string, found: Set<string> = new Set()): ReadonlySet<string> {
    if (found.has(id)) return found;
    found.add(id);
    for (const member of this.#members.get(id) ?? []) this.#below(member, found);
    return found;
  }

  #touchBelow(id: string): void {
    for (const each of this.#below(id)) this.#store(this.#existing(each));
  }

  #groupsOf(id: string, found: Set<string> = new Set()): ReadonlySet<string> {
    for (const [group, members] of this.#members) {
      if (!members.has(id) || found.has(group)) continue;
      found.add(group);
      this.#groupsOf(group, found);
    }
    return found;
  }

  #principal({ id, facts, state }: Account): Principal {
    const { aliases, ...rest } = facts;
    return { id, ...rest, addresses: [facts.address, ...aliases], state, groups: [...this.#groupsOf(id)].toSorted() };
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
