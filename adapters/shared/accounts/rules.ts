/** What may be said of a principal that is kept here: one check for every adapter that keeps accounts. */
import type { NewPrincipal, PrincipalChange, PrincipalKind, PrincipalRole } from '../../../gateway/ports/directory.ts';
import { GatewayError } from '../../../gateway/ports/errors.ts';
import { formatAccountAddress, parseAccountAddress } from '../../../gateway/wire/address/account-address.ts';

/** In characters as JavaScript counts them. */
const maxDisplayName = 200;
const maxAliases = 100;

/** Checked and canonical. */
export interface PrincipalFacts {
  readonly kind: PrincipalKind;
  readonly domain: string;
  readonly address: string;
  /** Without the address itself, each once. */
  readonly aliases: readonly string[];
  readonly displayName: string;
  readonly quotaOctets: number | undefined;
  readonly language: string | undefined;
  readonly roles: readonly PrincipalRole[];
}

/** The canonical form of a login; undefined when no account can have it. */
export function canonicalAddress(login: string): string | undefined {
  const address = parseAccountAddress(login);
  return address === undefined ? undefined : formatAccountAddress(address);
}

/** @throws GatewayError `syntax` */
export function checkNewPrincipal(principal: NewPrincipal, domains: ReadonlySet<string>): PrincipalFacts {
  const address = checkAddress(principal.address, domains);
  checkSecrets(principal);
  return {
    kind: principal.kind,
    domain: address.slice(address.lastIndexOf('@') + 1),
    address,
    aliases: checkAliases(principal.aliases ?? [], address, domains),
    displayName: checkDisplayName(principal.displayName),
    quotaOctets: principal.quotaOctets === undefined ? undefined : checkQuota(principal.quotaOctets),
    language: principal.language === undefined ? undefined : checkLanguage(principal.language),
    roles: [...new Set(principal.roles)],
  };
}

/** The same change in canonical form. @throws GatewayError `syntax` */
export function checkChange(change: PrincipalChange, address: string, domains: ReadonlySet<string>): PrincipalChange {
  const { displayName, aliases, quotaOctets, language, roles } = change;
  return {
    ...change,
    ...(displayName === undefined ? {} : { displayName: checkDisplayName(displayName) }),
    ...(aliases === undefined ? {} : { aliases: checkAliases(aliases, address, domains) }),
    ...(typeof quotaOctets === 'number' ? { quotaOctets: checkQuota(quotaOctets) } : {}),
    ...(typeof language === 'string' ? { language: checkLanguage(language) } : {}),
    ...(roles === undefined ? {} : { roles: [...new Set(roles)] }),
  };
}

/** A group is no one who could sign in. */
function checkSecrets({ kind, password, importedHash }: NewPrincipal): void {
  if (password !== undefined && importedHash !== undefined) {
    throw new GatewayError('syntax', 'either a password or a hash of one is given, not both');
  }
  if (kind === 'group' && (password !== undefined || importedHash !== undefined)) throw groupHasNoPassword();
}

export function groupHasNoPassword(): GatewayError {
  return new GatewayError('syntax', 'a group has no password');
}

function checkAddress(text: string, domains: ReadonlySet<string>): string {
  const address = parseAccountAddress(text);
  if (address === undefined) throw new GatewayError('syntax', `"${text.slice(0, 320)}" is not an address`);
  if (!domains.has(address.domain)) {
    throw new GatewayError('syntax', `"${address.domain}" is not a domain whose accounts are kept here`);
  }
  return formatAccountAddress(address);
}

function checkAliases(aliases: readonly string[], address: string, domains: ReadonlySet<string>): readonly string[] {
  if (aliases.length > maxAliases) throw new GatewayError('syntax', `an account has at most ${maxAliases} aliases`);
  const checked = new Set(aliases.map((alias) => checkAddress(alias, domains)));
  checked.delete(address);
  return [...checked];
}

function checkDisplayName(text: string): string {
  const name = text.normalize('NFC').trim();
  if (name === '') throw new GatewayError('syntax', 'the display name is empty');
  if (name.length > maxDisplayName) {
    throw new GatewayError('syntax', `the display name is longer than ${maxDisplayName} characters`);
  }
  if (/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(name)) {
    throw new GatewayError('syntax', 'the display name holds a character that is not allowed');
  }
  return name;
}

function checkQuota(octets: number): number {
  if (Number.isSafeInteger(octets) && octets >= 0) return octets;
  throw new GatewayError('syntax', 'a quota is a whole number of octets');
}

/** RFC 5646 §2.1; canonical case (§2.1.1). */
function checkLanguage(tag: string): string {
  try {
    const [canonical] = Intl.getCanonicalLocales(tag);
    if (canonical !== undefined) return canonical;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  throw new GatewayError('syntax', 'the language is not a BCP 47 tag');
}
