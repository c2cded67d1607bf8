/** The first account of a gateway that has none: somebody must be able to sign in. */
import { randomInt } from 'node:crypto';
import type { Call } from '../../ports/call.ts';
import { Secret } from '../../ports/secret.ts';
import type { Domain } from '../../services/domains.ts';

export interface FirstAdministrator {
  readonly address: string;
  /** To be shown once. */
  readonly password: Secret;
}

/** 32 characters that are not taken for each other when they are read aloud or copied by hand. */
const alphabet = 'abcdefghijkmnpqrstuvwxyz23456789';

/** 20 characters of 5 bits: 100 bits, which nobody guesses. */
export function newPassword(): Secret {
  const character = (): string => alphabet.charAt(randomInt(alphabet.length));
  const group = (): string => Array.from({ length: 5 }, character).join('');
  return new Secret(Array.from({ length: 4 }, group).join('-'));
}

/** Makes `admin@DOMAIN` when the domain has no person yet; undefined when it has one, or when accounts are kept elsewhere. */
export async function ensureAdministrator(
  domain: Domain,
  language: string,
  call: Call,
): Promise<FirstAdministrator | undefined> {
  const { administration } = domain.directory;
  if (administration === undefined || (await hasPeople(domain, call))) return undefined;
  const password = newPassword();
  const address = `admin@${domain.name}`;
  await administration.create(
    { kind: 'person', address, displayName: 'Administrator', password, language, roles: ['administrator'] },
    call,
  );
  return { address, password };
}

export async function hasPeople(domain: Domain, call: Call): Promise<boolean> {
  const { administration } = domain.directory;
  if (administration === undefined) return true;
  for await (const principal of administration.list(domain.name, ['person'], call)) return principal.kind === 'person';
  return false;
}
