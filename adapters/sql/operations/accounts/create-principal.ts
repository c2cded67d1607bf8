import type { SqlTransaction } from '../../engine.ts';
import type { PrincipalFacts } from '../../../shared/accounts/rules.ts';
import { foldText } from '../../../shared/accounts/search-words.ts';
import type { PasswordRecord } from '../../../shared/passwords/passwords.ts';
import { replaceAddresses } from './addresses.ts';
import { writeCredential } from './replace-password.ts';
import { replaceWords } from './words.ts';

export interface CreatePrincipal {
  /** Random. */
  readonly id: string;
  readonly facts: PrincipalFacts;
  /** undefined: nobody can sign in until one is set. */
  readonly password: PasswordRecord | undefined;
  readonly nowMs: number;
}

/** @throws GatewayError `already-exists` (an address is taken) */
export async function createPrincipal(tx: SqlTransaction, args: CreatePrincipal): Promise<void> {
  const { id, facts, password, nowMs } = args;
  const addresses = [facts.address, ...facts.aliases];
  await replaceAddresses(tx, id, addresses);
  await tx.run`insert into principal (id, domain, kind, address, aliases, display_name, sort_name, state, roles,
      quota_octets, language, version, created_ms)
    values (${id}, ${facts.domain}, ${facts.kind}, ${facts.address}, ${JSON.stringify(facts.aliases)},
      ${facts.displayName}, ${foldText(facts.displayName)}, 'active', ${JSON.stringify(facts.roles)},
      ${facts.quotaOctets ?? null}, ${facts.language ?? null}, 1, ${nowMs})`;
  await replaceWords(tx, { id, ...facts }, addresses);
  if (password !== undefined) await writeCredential(tx, id, password, nowMs);
}
