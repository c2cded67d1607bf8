import { randomBytes } from 'node:crypto';
import type { Call } from '../../gateway/ports/call.ts';
import type { Clock } from '../../gateway/ports/clock.ts';
import type {
  Directory,
  DirectoryAdministration,
  PasswordCredentials,
  Principal,
  PrincipalKind,
  PrincipalQuery,
  PrincipalState,
  ScramHash,
  ScramSecret,
} from '../../gateway/ports/directory.ts';
import { GatewayError, toGatewayError } from '../../gateway/ports/errors.ts';
import { foldName } from '../../gateway/wire/address/account-address.ts';
import { canonicalAddress } from '../shared/accounts/rules.ts';
import { Passwords, type KnownPassword, type PasswordOptions } from '../shared/passwords/passwords.ts';
import type { SqlEngine } from '../sql/engine.ts';
import { AccountsAdministration } from './administration.ts';
import { toPrincipals, type PrincipalRow } from './rows.ts';
import { searchRows } from './search.ts';

export interface AccountsOptions {
  /** The domains whose accounts are kept here. */
  readonly domains: readonly string[];
  /** Left out: `defaultPasswordOptions`. */
  readonly passwords?: Partial<PasswordOptions>;
  readonly random?: (octets: number) => Uint8Array;
}

interface CredentialRow {
  readonly id: string;
  readonly state: PrincipalState;
  readonly hash: string | null;
  readonly scram_iterations: number | null;
}

interface ScramRow {
  readonly id: string;
  readonly scram_salt: Uint8Array;
  readonly scram_iterations: number;
  readonly scram_stored_key: Uint8Array;
  readonly scram_server_key: Uint8Array;
}

const everyKind: readonly PrincipalKind[] = ['person', 'group', 'room', 'resource'];
const maxAnswers = 10_000;

/** The directory whose people, groups, rooms and resources are kept in the SQL store. Holds no state but the password queue. */
export class AccountsDirectory implements Directory, AsyncDisposable {
  readonly administration: DirectoryAdministration;
  readonly #engine: SqlEngine;
  readonly #domains: ReadonlySet<string>;
  readonly #passwords: Passwords;
  readonly #clock: Clock;

  /** The engine stays the caller's: it is not disposed with the directory. */
  constructor(engine: SqlEngine, options: AccountsOptions, clock: Clock) {
    const random = options.random ?? randomBytes;
    this.#engine = engine;
    this.#domains = new Set(options.domains.map(foldName));
    this.#passwords = new Passwords(options.passwords, random);
    this.#clock = clock;
    this.administration = new AccountsAdministration({
      engine,
      domains: this.#domains,
      passwords: this.#passwords,
      clock,
      // 128 random bits: an id is never given twice.
      newId: () => Buffer.from(random(16)).toString('hex'),
      principal: (id, call) => this.principal(id, call),
    });
  }

  domains(_call: Call): Promise<readonly string[]> {
    return Promise.resolve([...this.#domains]);
  }

  async authenticate(credentials: PasswordCredentials, call: Call): Promise<Principal> {
    const row = await this.#credential(credentials.login);
    const known = row === undefined ? undefined : knownPassword(row);
    const { matches, outdated } = await this.#passwords.verify(credentials.password, known, call);
    // Read after the password was checked: an account that was closed meanwhile is closed.
    const principal = matches && row !== undefined ? await this.principal(row.id, call) : undefined;
    if (principal?.state !== 'active') {
      throw new GatewayError('authentication-failed', 'the name or the password is wrong');
    }
    if (outdated && known !== undefined) await this.#renew(principal.id, credentials, known, call);
    return principal;
  }

  async lookup(address: string, _call: Call): Promise<Principal | undefined> {
    const canonical = this.#ownAddress(address);
    if (canonical === undefined) return undefined;
    return this.#one(
      await this.#engine.read.get<PrincipalRow>`
        select p.*
        from principal_address a join principal p on p.id = a.principal_id
        where a.address = ${canonical}`,
    );
  }

  async principal(id: string, _call: Call): Promise<Principal | undefined> {
    return this.#one(
      await this.#engine.read.get<PrincipalRow>`
        select * from principal where id = ${id}`,
    );
  }

  /** Of a text with more than four words the four longest decide; no answer has more than 10,000 principals. */
  async search(query: PrincipalQuery, _call: Call): Promise<readonly Principal[]> {
    const domain = foldName(query.domain);
    const kinds = query.kinds ?? everyKind;
    const limit = Math.min(query.limit, maxAnswers);
    if (!this.#domains.has(domain) || kinds.length === 0 || limit < 1) return [];
    const { read } = this.#engine;
    return toPrincipals(read, await searchRows(read, { domain, text: query.text, kinds, limit }));
  }

  async members(groupId: string, call: Call): Promise<readonly Principal[]> {
    const group = await this.principal(groupId, call);
    if (group?.kind !== 'group') throw new GatewayError('not-found', 'there is no such group');
    const { read } = this.#engine;
    const rows = await read.all<PrincipalRow>`
      select p.*
      from membership m join principal p on p.id = m.member_id
      where m.group_id = ${groupId}
      order by p.sort_name, p.id`;
    return toPrincipals(read, rows);
  }

  /** One row by its key, in every process that has the store open: a change shows as soon as it is committed. */
  async version(principalId: string, _call: Call): Promise<string | undefined> {
    const row = await this.#engine.read.get<{ version: number }>`
      select version from principal where id = ${principalId}`;
    return row?.version.toString();
  }

  /** Keys are kept for SHA-256 only (see `deriveScramKeys`); an account with an imported hash has none until it signed in. */
  async scramSecret(login: string, hash: ScramHash, _call: Call): Promise<ScramSecret | undefined> {
    const address = hash === 'SHA-256' ? this.#ownAddress(login) : undefined;
    if (address === undefined) return undefined;
    const row = await this.#engine.read.get<ScramRow>`
      select p.id, c.scram_salt, c.scram_iterations, c.scram_stored_key, c.scram_server_key
      from principal_address a
        join principal p on p.id = a.principal_id
        join credential c on c.principal_id = p.id
      where a.address = ${address} and p.state = 'active' and c.scram_iterations is not null`;
    if (row === undefined) return undefined;
    return {
      principalId: row.id,
      salt: row.scram_salt,
      iterations: row.scram_iterations,
      storedKey: row.scram_stored_key,
      serverKey: row.scram_server_key,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#passwords[Symbol.asyncDispose]();
  }

  async #credential(login: string): Promise<CredentialRow | undefined> {
    // A name that nobody can have is asked for too: the same look-up for all.
    const address = this.#ownAddress(login) ?? '';
    return this.#engine.read.get<CredentialRow>`
      select p.id, p.state, c.hash, c.scram_iterations
      from principal_address a
        join principal p on p.id = a.principal_id
        left join credential c on c.principal_id = p.id
      where a.address = ${address}`;
  }

  /** Keeps the password that was just found right in the current form. The sign-in stands whether or not that succeeds. */
  async #renew(id: string, credentials: PasswordCredentials, known: KnownPassword, call: Call): Promise<void> {
    try {
      const password = await this.#passwords.hash(credentials.password, call);
      const args = { id, password, sameAs: known.hash, nowMs: this.#clock.nowMs() };
      await this.#engine.write('replacePassword', args, call);
      call.log.info('accounts.password-renewed', { result: 'ok', principal: id });
    } catch (error) {
      call.log.warn('accounts.password-renewed', { result: 'failed', principal: id, error: toGatewayError(error) });
    }
  }

  /** The canonical address, if it is in a domain of this directory. */
  #ownAddress(text: string): string | undefined {
    const address = canonicalAddress(text);
    return address !== undefined && this.#domains.has(address.slice(address.lastIndexOf('@') + 1))
      ? address
      : undefined;
  }

  async #one(row: PrincipalRow | undefined): Promise<Principal | undefined> {
    if (row === undefined || !this.#domains.has(row.domain)) return undefined;
    const [principal] = await toPrincipals(this.#engine.read, [row]);
    return principal;
  }
}

function knownPassword(row: CredentialRow): KnownPassword | undefined {
  return row.hash === null ? undefined : { hash: row.hash, scramIterations: row.scram_iterations ?? undefined };
}
