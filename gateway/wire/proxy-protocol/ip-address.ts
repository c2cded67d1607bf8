/**
 * IP addresses between text and octets. Text is strict (no leading zeros, RFC 6943 §3.1.1) and what is written is canonical
 * (RFC 5952 §4), so that equal addresses are equal strings.
 */

/** 4 or 16 octets; undefined when the text is not an address. A zone (`%eth0`) is not part of the address and is refused. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

const decimalOctet = /^(?:0|[1-9]\d{0,2})$/;

export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const octets = new Uint8Array(4);
  for (const [index, part] of parts.entries()) {
    const value = Number(part);
    if (!decimalOctet.test(part) || value > 255) return undefined;
    octets[index] = value;
  }
  return octets;
}

const hexGroup = /^[0-9a-fA-F]{1,4}$/;

/** RFC 4291 §2.2: eight groups, one run of zeros as `::`, the last two groups possibly as IPv4. */
export function parseIpv6(text: string): Uint8Array | undefined {
  // The longest form is six full groups and a dotted IPv4 address.
  if (text.length > 45) return undefined;
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const absent = 8 - head.length - tail.length;
  if (halves.length === 2 ? absent < 1 : absent !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: absent }, () => 0), ...tail];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}

function groupsOf(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const groups: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (atEnd && index === parts.length - 1 && part.includes('.')) {
      const [a, b, c, d] = parseIpv4(part) ?? [];
      if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (hexGroup.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

/** The canonical text of 4 or 16 octets. IPv4 mapped into IPv6 is written as IPv4: both mean the same client. */
export function formatIpAddress(octets: Uint8Array): string {
  if (octets.length === 4) return octets.join('.');
  if (octets.length !== 16) throw new RangeError('an IP address has 4 or 16 octets');
  if (isMappedIpv4(octets)) return octets.subarray(12).join('.');
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((octets[index * 2] ?? 0) << 8) | (octets[index * 2 + 1] ?? 0),
  );
  const zeros = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (zeros.length < 2) return hex.join(':');
  return `${hex.slice(0, zeros.start).join(':')}::${hex.slice(zeros.start + zeros.length).join(':')}`;
}

/** RFC 4291 §2.5.5.2: ten zero octets, two of all ones, then the IPv4 address. */
export function isMappedIpv4(octets: Uint8Array): boolean {
  return (
    octets.length === 16 &&
    octets.subarray(0, 10).every((octet) => octet === 0) &&
    octets[10] === 0xff &&
    octets[11] === 0xff
  );
}

/** RFC 5952 §4.2.3: the longest run, the first one of several. */
function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  for (const [index, group] of groups.entries()) {
    if (group !== 0) start = index + 1;
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start };
  }
  return best;
}

/** An address as the operating system writes it, made canonical: zone removed, mapped IPv4 as IPv4. Others stay as they are. */
export function canonicalIpAddress(text: string): string {
  const octets = parseIpAddress(text.split('%', 1)[0] ?? text);
  return octets === undefined ? text : formatIpAddress(octets);
}
