import { Readable } from 'node:stream';

/** Octets of one chunk. */
const chunkOctets = 64 * 1024;

/** A stream of octets that stay as they are. */
export function streamOf(octets: Uint8Array, signal: AbortSignal): Readable {
  let position = 0;
  return new Readable({
    highWaterMark: chunkOctets,
    signal,
    read() {
      const chunk = octets.subarray(position, position + chunkOctets);
      position += chunk.byteLength;
      this.push(chunk.byteLength === 0 ? null : chunk);
    },
  });
}
