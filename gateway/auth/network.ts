/** The network that a client's address stands for when tries are counted. */
import { isIPv4, isIPv6 } from 'node:net';

export interface NetworkPrefixes {
  /** 1 to 32. */
  readonly ipv4: number;
  /** 1 to 128. */
  readonly ipv6: number;
}

/**
 * The prefix of an address as text, `192.0.2.7/32` or `2001:db8:0:1/64`; what is no address (a UNIX socket) stands for itself.
 * @param address IPv4, or IPv6 in any of its spellings (RFC 4291 §2.2), with or without a zone
 */
export function networkOf(address: string, prefixes: NetworkPrefixes): string {
  const bare = address.replace(/%.*$/, '');
  if (isIPv4(bare)) return formatPrefix(bare.split('.').map(Number), 8, prefixes.ipv4, (octet) => String(octet), '.');
  if (isIPv6(bare)) return formatPrefix(parseIpv6(bare), 16, prefixes.ipv6, (group) => group.toString(16), ':');
  return address.slice(0, 100);
}

/** RFC 4291 §2.2: eight groups of 16 bits. */
function parseIpv6(address: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, start = '', a, b, c, d] = dotted ?? [];
  const pair = (high: string | undefined, low: string | undefined) => (Number(high) * 256 + Number(low)).toString(16);
  const text = dotted === null ? address : `${start}${pair(a, b)}:${pair(c, d)}`;
  const [head = '', tail] = text.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const first = groups(head);
  const last = groups(tail ?? '');
  return [...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last];
}

function formatPrefix(
  units: readonly number[],
  unitBits: number,
  prefixBits: number,
  format: (unit: number) => string,
  separator: string,
): string {
  const kept = units.slice(0, Math.ceil(prefixBits / unitBits)).map((unit, index) => {
    const unused = Math.max(0, (index + 1) * unitBits - prefixBits);
    return (unit >>> unused) << unused;
  });
  return `${kept.map(format).join(separator)}/${prefixBits}`;
}
