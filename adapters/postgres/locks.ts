/**
 * Locks by name, kept by the server until the end of the transaction that took them
 * (https://www.postgresql.org/docs/current/explicit-locking.html §13.3.5). Their numbers are shared by all that use the database,
 * so the name of the store is in what they are made from.
 */
import { createHash } from 'node:crypto';

/** @param store what names the store among others in the database */
export function lockKey(store: string, what: string): bigint {
  return createHash('sha256').update(`passerelle ${store} ${what}`).digest().readBigInt64BE(0);
}

/** Takes the locks in the order of their numbers, which is the same for everyone, so that nobody waits in a circle. */
export function lockStatement(keys: readonly bigint[]): { name: string; text: string; values: string[] } {
  const sorted = [...new Set(keys)].sort((one, other) => (one < other ? -1 : 1));
  return {
    name: 'lock',
    text: 'select count(pg_advisory_xact_lock(key)) from unnest($1::bigint[]) key',
    values: [`{${sorted.join(',')}}`],
  };
}
