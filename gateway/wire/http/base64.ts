/** Base64 as header fields use it (RFC 4648 §4): padded, nothing else let through. */

/** @returns undefined when it is not base64; lenient decoders would take nearly anything */
export function decodeBase64(value: string): Uint8Array | undefined {
  if (value.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) return undefined;
  return new Uint8Array(Buffer.from(value, 'base64'));
}

export function encodeBase64(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64');
}
