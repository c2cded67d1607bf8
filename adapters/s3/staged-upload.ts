/** A staged upload as the server knows it: which pieces there are, and where it goes on. */
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { ListedObject } from './bucket.ts';
import { isStagingId } from './names.ts';
import type { S3Store } from './store.ts';

export interface Piece {
  readonly name: string;
  readonly offset: number;
  readonly sizeOctets: number;
}

export interface StagedUpload {
  readonly id: string;
  /** Tells the pieces of this upload from those of another one that had its id before. */
  readonly generation: string;
  /** In their order, one beginning where the one before ends. */
  readonly pieces: readonly Piece[];
  /** The octets of all pieces. */
  readonly sizeOctets: number;
}

/** The name of the metadata that hold the generation. */
export const generationField = 'generation';

export function noSuchUpload(cause?: unknown): GatewayError {
  return new GatewayError('not-found', 'there is no such staged upload', cause === undefined ? {} : { cause });
}

/** The generation of an upload. @throws GatewayError `not-found` */
export async function generationOf(store: S3Store, id: string, signal: AbortSignal): Promise<string> {
  const session = isStagingId(id) ? await store.bucket.head(store.names.session(id), signal) : undefined;
  const generation = session?.metadata[generationField];
  if (generation === undefined) throw noSuchUpload();
  return generation;
}

/** @throws GatewayError `not-found`, `in-use` (two pieces arrived at one offset, where the server cannot refuse the second) */
export async function loadUpload(store: S3Store, id: string, signal: AbortSignal): Promise<StagedUpload> {
  signal.throwIfAborted();
  if (!isStagingId(id)) throw noSuchUpload();
  const [generation, objects] = await Promise.all([
    generationOf(store, id, signal),
    listAll(store, store.names.upload(id), signal),
  ]);
  const pieces = chain(store, objects, store.names.pieces(id, generation));
  return { id, generation, pieces, sizeOctets: endOf(pieces) };
}

async function listAll(store: S3Store, prefix: string, signal: AbortSignal): Promise<readonly ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const page of store.bucket.list(prefix, signal)) objects.push(...page);
  return objects;
}

function endOf(pieces: readonly Piece[]): number {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.offset + last.sizeOctets;
}

/** The pieces that follow one another from the first octet on. Names are in the order of offsets. */
function chain(store: S3Store, objects: readonly ListedObject[], folder: string): readonly Piece[] {
  const pieces: Piece[] = [];
  for (const { name, sizeOctets } of objects) {
    const offset = store.names.offsetOfPiece(name, folder);
    if (offset === undefined) continue;
    if (offset === pieces.at(-1)?.offset) {
      throw new GatewayError('in-use', 'two parts of this upload arrived at once');
    }
    if (offset === endOf(pieces)) pieces.push({ name, offset, sizeOctets });
  }
  return pieces;
}
