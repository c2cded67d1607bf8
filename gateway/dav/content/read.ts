/** The octets of a resource, from wherever they are kept. */
import { Readable } from 'node:stream';
import type { BlobReader, OctetRange } from '../../ports/blob-store.ts';
import type { ResourceNode } from '../../ports/collection-store.ts';
import type { Call } from '../../ports/call.ts';
import type { TreePlace } from '../target.ts';

/** @param range undefined: all. @throws GatewayError `not-found` when it was overwritten meanwhile: resolve again */
export async function openContent(
  place: TreePlace,
  node: ResourceNode,
  range: OctetRange | undefined,
  call: Call,
): Promise<Uint8Array | Readable> {
  if (node.blobKey !== undefined) return place.domain.blobs.get(node.blobKey, range, call);
  const octets = await place.store.content(node.id, node.etag, call);
  return range === undefined ? octets : octets.subarray(range.first, range.last + 1);
}

/** More than this is sent by buffers that are used again, where the store can fill them; new ones cost more than the reading. */
const largeOctets = 128 * 1024;

/** @returns undefined when the content is small, or its store only gives streams */
export async function openLarge(
  place: TreePlace,
  node: ResourceNode,
  lengthOctets: number,
  call: Call,
): Promise<BlobReader | undefined> {
  if (node.blobKey === undefined || lengthOctets <= largeOctets) return undefined;
  return place.domain.blobs.open?.(node.blobKey, call);
}

export function asReadable(octets: Uint8Array | Readable): Readable {
  return octets instanceof Readable ? octets : Readable.from([octets]);
}
