/** Reads a PROXY protocol header of either version from the start of a connection. */
import type { ProxyParse } from './header.ts';
import { invalid } from './header.ts';
import { parseProxyV1, v1Signature } from './v1.ts';
import { parseProxyV2, v2Signature } from './v2.ts';

/** More than any known proxy sends; version 2 could say 64 KiB. */
export const defaultProxyHeaderLimitOctets = 4096;

/**
 * Call with all octets that have arrived, again when there are more; nothing is kept between calls, and the header is
 * short. Octets that cannot become a header are `invalid` at the first one that differs.
 */
export function parseProxyHeader(octets: Uint8Array, limitOctets = defaultProxyHeaderLimitOctets): ProxyParse {
  const likeness = likenessToProxyHeader(octets);
  if (likeness === 'v1') return parseProxyV1(octets);
  if (likeness === 'v2') return parseProxyV2(octets, limitOctets);
  if (likeness === 'none') return invalid('there is no PROXY protocol header');
  return { state: 'more', atLeastOctets: octets.length + 1 };
}

/** How a connection begins: with the signature of a version, with something else, or too early to tell. */
export function likenessToProxyHeader(octets: Uint8Array): 'v1' | 'v2' | 'none' | 'undecided' {
  if (beginsAs(octets, v1Signature)) return octets.length >= v1Signature.length ? 'v1' : 'undecided';
  if (beginsAs(octets, v2Signature)) return octets.length >= v2Signature.length ? 'v2' : 'undecided';
  return 'none';
}

/** Whether the octets there are agree with the signature as far as both go. */
function beginsAs(octets: Uint8Array, signature: Uint8Array): boolean {
  return signature.every((octet, index) => index >= octets.length || octets[index] === octet);
}
