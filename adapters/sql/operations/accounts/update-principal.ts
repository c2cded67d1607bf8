import type { PrincipalChange } from '../../../../gateway/ports/directory.ts';
import { GatewayError } from '../../../../gateway/ports/errors.ts';
import type { SqlTransaction } from '../../engine.ts';
import { foldText } from '../../../shared/accounts/search-words.ts';
import { replaceAddresses } from './addresses.ts';
import { replaceWords } from './words.ts';

export interface UpdatePrincipal {
  readonly id: string;
  /** Checked and canonical. */
  readonly change: PrincipalChange;
}

interface Row {
  readonly domain: string;
  readonly address: string;
  readonly aliases: string;
  readonly display_name: string;
  readonly state: string;
  readonly roles: string;
  readonly quota_octets: number | null;
  readonly language: string | null;
}

/** What the change leaves out stays. @throws GatewayError `not-found`, `already-exists` (an alias is taken) */
export async function updatePrincipal(tx: SqlTransaction, { id, change }: UpdatePrincipal): Promise<void> {
  const row = await tx.get<Row>`select domain, address, aliases, display_name, state, roles, quota_octets, language
    from principal where id = ${id}`;
  if (row === undefined) throw new GatewayError('not-found', 'there is no such account');
  const aliases = change.aliases ?? (JSON.parse(row.aliases) as readonly string[]);
  const displayName = change.displayName ?? row.display_name;
  const quotaOctets = change.quotaOctets === undefined ? row.quota_octets : change.quotaOctets;
  const language = change.language === undefined ? row.language : change.language;
  const roles = change.roles === undefined ? row.roles : JSON.stringify(change.roles);
  await tx.run`update principal set aliases = ${JSON.stringify(aliases)}, display_name = ${displayName},
      sort_name = ${foldText(displayName)}, state = ${change.state ?? row.state}, roles = ${roles},
      quota_octets = ${quotaOctets}, language = ${language}, version = version + 1
    where id = ${id}`;
  if (change.aliases === undefined && change.displayName === undefined) return;
  const addresses = [row.address, ...aliases];
  if (change.aliases !== undefined) await replaceAddresses(tx, id, addresses);
  await replaceWords(tx, { id, domain: row.domain, displayName }, addresses);
}
