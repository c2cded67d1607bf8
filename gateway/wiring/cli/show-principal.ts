/** Accounts and groups as tables for people and as JSON for programs. */
import type { Principal } from '../../ports/directory.ts';
import { formatQuantity } from '../config/values.ts';
import { formatTable } from './terminal.ts';

/** What `--json` prints of a principal. A released member keeps its meaning. */
export function principalJson(principal: Principal): object {
  const { id, kind, domain, address, addresses, displayName, state, roles, groups, quotaOctets, language } = principal;
  return {
    id,
    kind,
    domain,
    address,
    aliases: addresses.filter((other) => other !== address),
    displayName,
    state,
    roles,
    groups,
    quotaOctets: quotaOctets ?? null,
    language: language ?? null,
  };
}

export function principalTable(principals: readonly Principal[]): string {
  const header = ['ADDRESS', 'KIND', 'STATE', 'ROLES', 'QUOTA', 'NAME'];
  const rows = principals.map(({ address, kind, state, roles, quotaOctets, displayName }) => [
    address,
    kind,
    state,
    roles.join(',') || '-',
    quotaOctets === undefined ? '-' : formatQuantity('size', quotaOctets),
    displayName,
  ]);
  return formatTable(header, rows);
}

export function principalDetails(principal: Principal, groups: readonly Principal[]): string {
  const { address, addresses, displayName, id, kind, state, roles, quotaOctets, language } = principal;
  const rows = [
    ['address', address],
    ['aliases', addresses.filter((other) => other !== address).join(', ') || '-'],
    ['name', displayName],
    ['kind', kind],
    ['state', state],
    ['roles', roles.join(', ') || '-'],
    ['groups', groups.map((group) => group.address).join(', ') || '-'],
    ['quota', quotaOctets === undefined ? 'that of the domain' : formatQuantity('size', quotaOctets)],
    ['language', language ?? '-'],
    ['id', id],
  ];
  const width = Math.max(...rows.map(([label = '']) => label.length));
  return rows.map(([label = '', value = '']) => `${label.padEnd(width)}  ${value}`).join('\n');
}
