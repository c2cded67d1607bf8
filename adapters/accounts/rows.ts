/** Rows of `principal` (the columns that are looked at), and what the port makes of them. */
import type { Principal, PrincipalKind, PrincipalRole, PrincipalState } from '../../gateway/ports/directory.ts';
import type { SqlQueries } from '../sql/engine.ts';
import { chunks, list } from '../sql/list.ts';

export interface PrincipalRow {
  readonly id: string;
  readonly domain: string;
  readonly kind: PrincipalKind;
  readonly address: string;
  readonly aliases: string;
  readonly display_name: string;
  readonly state: PrincipalState;
  readonly roles: string;
  readonly quota_octets: number | null;
  readonly language: string | null;
}

/** Makes principals of rows, in their order: one statement for the groups of up to 512 of them. */
export async function toPrincipals(read: SqlQueries, rows: readonly PrincipalRow[]): Promise<readonly Principal[]> {
  const groups = await groupsOf(
    read,
    rows.map((row) => row.id),
  );
  return rows.map((row) => toPrincipal(row, groups.get(row.id) ?? []));
}

function toPrincipal(row: PrincipalRow, groups: readonly string[]): Principal {
  return {
    id: row.id,
    kind: row.kind,
    domain: row.domain,
    address: row.address,
    addresses: [row.address, ...(JSON.parse(row.aliases) as readonly string[])],
    displayName: row.display_name,
    state: row.state,
    roles: JSON.parse(row.roles) as readonly PrincipalRole[],
    groups,
    quotaOctets: row.quota_octets ?? undefined,
    language: row.language ?? undefined,
  };
}

/** Ids of all groups that hold these principals, through nesting too, in order of id. */
async function groupsOf(read: SqlQueries, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  const groups = new Map<string, string[]>();
  for (const some of chunks(ids)) {
    const rows = await read.all<{ principal_id: string; group_id: string }>`
      with recursive above (principal_id, group_id) as (
        select member_id, group_id from membership where member_id in ${list(some)}
        union
        select above.principal_id, membership.group_id
          from above join membership on membership.member_id = above.group_id
      )
      select principal_id, group_id from above order by group_id`;
    for (const row of rows) {
      const known = groups.get(row.principal_id);
      if (known === undefined) groups.set(row.principal_id, [row.group_id]);
      else known.push(row.group_id);
    }
  }
  return groups;
}
