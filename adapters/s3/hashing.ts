import { hash } from 'node:crypto';

/** Below this a hash takes less than the way to another thread. */
const worthAThread = 256 * 1024;

/** SHA-256 in hexadecimal digits; of many octets on another thread, so that it keeps nobody waiting. */
export async function sha256Of(octets: Uint8Array): Promise<string> {
  if (octets.byteLength < worthAThread) return hash('sha256', octets, 'hex');
  const digest = await crypto.subtle.digest('SHA-256', octets as Uint8Array<ArrayBuffer>);
  return Buffer.from(digest).toString('hex');
}
