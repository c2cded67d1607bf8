import type { Call } from '../../gateway/ports/call.ts';
import type { Clock } from '../../gateway/ports/clock.ts';
import type {
  DirectoryAdministration,
  NewPrincipal,
  Principal,
  PrincipalChange,
  PrincipalKind,
} from '../../gateway/ports/directory.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Secret } from '../../gateway/ports/secret.ts';
import { foldName } from '../../gateway/wire/address/account-address.ts';
import { checkChange, checkNewPrincipal } from '../shared/accounts/rules.ts';
import type { PasswordRecord, Passwords } from '../shared/passwords/passwords.ts';
import type { SqlEngine } from '../sql/engine.ts';
import { list } from '../sql/list.ts';
import { toPrincipals, type PrincipalRow } from './rows.ts';

export interface AdministrationParts {
  readonly engine: SqlEngine;
  /** Canonical. */
  readonly domains: ReadonlySet<string>;
  readonly passwords: Passwords;
  readonly clock: Clock;
  /** A new id, never given before. */
  readonly newId: () => string;
  /** `Directory.principal`. */
  readonly principal: (id: string, call: Call) => Promise<Principal | undefined>;
}

/** How many principals `list` reads at a time. */
const pageSize = 200;

/** Changes to accounts in the SQL store: each is one operation, durable when it returns. */
export class AccountsAdministration implements DirectoryAdministration {
  readonly #parts: AdministrationParts;

  constructor(parts: AdministrationParts) {
    this.#parts = parts;
  }

  async create(principal: NewPrincipal, call: Call): Promise<Principal> {
    const { engine, domains, clock, newId } = this.#parts;
    const facts = checkNewPrincipal(principal, domains);
    const password = await this.#newPassword(principal, call);
    const id = newId();
    await engine.write('createPrincipal', { id, facts, password, nowMs: clock.nowMs() }, call);
    return this.#existing(id, call);
  }

  async update(id: string, change: PrincipalChange, call: Call): Promise<Principal> {
    const { address } = await this.#existing(id, call);
    const checked = checkChange(change, address, this.#parts.domains);
    await this.#parts.engine.write('updatePrincipal', { id, change: checked }, call);
    return this.#existing(id, call);
  }

  async setPassword(id: string, password: Secret, call: Call): Promise<void> {
    const { engine, passwords, clock } = this.#parts;
    await this.#existing(id, call);
    const record = await passwords.hash(password, call);
    await engine.write('replacePassword', { id, password: record, sameAs: undefined, nowMs: clock.nowMs() }, call);
  }

  async remove(id: string, call: Call): Promise<void> {
    await this.#existing(id, call);
    await this.#parts.engine.write('removePrincipal', { id }, call);
  }

  async addMember(groupId: string, memberId: string, call: Call): Promise<void> {
    await this.#parts.engine.write('addGroupMember', { groupId, memberId }, call);
  }

  async removeMember(groupId: string, memberId: string, call: Call): Promise<void> {
    await this.#parts.engine.write('removeGroupMember', { groupId, memberId }, call);
  }

  async *list(domain: string, kinds: readonly PrincipalKind[], call: Call): AsyncIterable<Principal> {
    const canonical = foldName(domain);
    if (kinds.length === 0 || !this.#parts.domains.has(canonical)) return;
    let after = '';
    for (;;) {
      call.signal.throwIfAborted();
      const rows = await this.#page(canonical, kinds, after);
      yield* await toPrincipals(this.#parts.engine.read, rows);
      const last = rows.at(-1);
      if (last === undefined || rows.length < pageSize) return;
      after = last.address;
    }
  }

  #page(domain: string, kinds: readonly PrincipalKind[], after: string): Promise<readonly PrincipalRow[]> {
    return this.#parts.engine.read.all<PrincipalRow>`
      select * from principal
      where domain = ${domain} and kind in ${list(kinds)} and address > ${after}
      order by address limit ${pageSize}`;
  }

  async #newPassword({ password, importedHash }: NewPrincipal, call: Call): Promise<PasswordRecord | undefined> {
    const { passwords } = this.#parts;
    if (password !== undefined) return passwords.hash(password, call);
    if (importedHash === undefined) return undefined;
    return { hash: passwords.checkImported(importedHash), scram: undefined };
  }

  async #existing(id: string, call: Call): Promise<Principal> {
    const principal = await this.#parts.principal(id, call);
    if (principal === undefined) throw new GatewayError('not-found', 'there is no such account');
    return principal;
  }
}
