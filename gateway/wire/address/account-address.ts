/**
 * The address of an account, `login@domain`: one canonical form, so that two spellings of one name are one text.
 *
 * The local part is a dot-atom (RFC 5321 §4.1.2) with the letters of all scripts (RFC 6531 §3.3); quoted local parts are not
 * accounts. It is mapped as RFC 8265 §3.3 maps user names: width, case, NFC.
 */

/** RFC 5321 §4.5.3.1.1 and §4.5.3.1.2, in octets. */
const maxLocalOctets = 64;
const maxDomainOctets = 255;

// RFC 5322 §3.2.3 atext without '/': an address is a segment of a path in URLs and the name of a tree in a store.
const atom = /^[\p{L}\p{N}\p{M}!#$%&'*+\-=?^_`{|}~]+$/u;
// RFC 1035 §2.3.4 and RFC 5890 §2.3.1: labels of letters, digits and hyphens, none at their ends; U-labels as they are.
const label = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?$/u;
// RFC 8265 §3.3.1: fullwidth and halfwidth characters become their usual forms.
const wideCharacters = /[\u3000\uff01-\uffee]+/g;

export interface AccountAddress {
  readonly local: string;
  readonly domain: string;
}

/** Width, case and normalisation of RFC 8265 §3.3; what is the same name becomes the same text. Checks nothing. */
export function foldName(name: string): string {
  return name
    .replaceAll(wideCharacters, (wide) => wide.normalize('NFKC'))
    .toLowerCase()
    .normalize('NFC');
}

/**
 * Reads an address and gives its canonical parts; undefined when it is not an address that an account may have.
 * @param text `login@domain`; the last `@` divides
 */
export function parseAccountAddress(text: string): AccountAddress | undefined {
  if (text.length > maxLocalOctets + maxDomainOctets + 1) return undefined;
  const folded = foldName(text);
  const at = folded.lastIndexOf('@');
  if (at === -1) return undefined;
  const local = folded.slice(0, at);
  const domain = folded.slice(at + 1);
  return isLocalPart(local) && isDomain(domain) ? { local, domain } : undefined;
}

export function formatAccountAddress(address: AccountAddress): string {
  return `${address.local}@${address.domain}`;
}

function isLocalPart(local: string): boolean {
  return Buffer.byteLength(local) <= maxLocalOctets && local.split('.').every((part) => atom.test(part));
}

function isDomain(domain: string): boolean {
  return Buffer.byteLength(domain) <= maxDomainOctets && domain.split('.').every((part) => label.test(part));
}
