/** CRC-32C (Castagnoli; RFC 9260 Appendix A), the checksum of PROXY protocol v2. */

/** 0x1EDC6F41 with its bits reversed. */
const polynomial = 0x82f63b78;

const table: readonly number[] = Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit += 1)
    remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
  return remainder >>> 0;
});

/** The checksum as an unsigned 32-bit number. */
export function crc32c(octets: Uint8Array): number {
  let sum = 0xffffffff;
  for (const octet of octets) sum = (sum >>> 8) ^ (table[(sum ^ octet) & 0xff] ?? 0);
  return (sum ^ 0xffffffff) >>> 0;
}
