/**
 * The sync token of a collection (RFC 6578 §4): a URI that names the store, the collection and the mod-sequence reached, so
 * that a token of another collection, or of a store that was replaced, is refused instead of misread.
 */
const prefix = 'urn:passerelle:sync:';

export function formatSyncTokenUri(epoch: string, collectionId: number, modSeq: number): string {
  return `${prefix}${epoch}:${collectionId}:${modSeq}`;
}

/** @returns the mod-sequence; undefined when the token is not one of this collection */
export function parseSyncTokenUri(token: string, epoch: string, collectionId: number): number | undefined {
  const start = `${prefix}${epoch}:${collectionId}:`;
  const digits = token.startsWith(start) ? token.slice(start.length) : '';
  return /^\d{1,15}$/.test(digits) ? Number(digits) : undefined;
}
