/** Ids of connections: short enough to be read out on the telephone, unique in the service. */

/** Digits of Crockford's base 32: no i, l, o, u, which are taken for others. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** 40 bits that tell this process from all others, before and after a restart. */
const prefixOctets = 5;

/**
 * @param random gives so many random octets
 * @returns gives a new id at every call, for example `7k2mx9qa-1f`: the process, then a count
 */
export function createConnectionIds(random: (octets: number) => Uint8Array): () => string {
  const prefix = base32(random(prefixOctets).reduce((value, octet) => value * 256 + octet, 0)).padStart(8, '0');
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${base32(count)}`;
  };
}

function base32(value: number): string {
  let text = '';
  let rest = value;
  do {
    text = (digits[rest % 32] ?? '') + text;
    rest = Math.floor(rest / 32);
  } while (rest > 0);
  return text;
}
