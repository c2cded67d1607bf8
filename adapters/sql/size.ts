/** About how many octets a structured-cloneable value takes: what bounds queues and batches. */
export function sizeOctets(value: unknown): number {
  if (typeof value === 'string') return value.length * 2;
  if (typeof value !== 'object' || value === null) return 8;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  let total = 16;
  for (const part of Object.values(value)) total += sizeOctets(part);
  return total;
}
