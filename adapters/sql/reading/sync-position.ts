/**
 * Where a synchronisation stands, as the one number that the port hands out and takes back.
 *
 * It is the mod-sequence that the client has seen everything up to. A first synchronisation that is answered in pages needs
 * more where names were forgotten: in its middle it stands below what was pruned, and yet misses nothing, because it began
 * after. So its number holds both the mod-sequence reached and the one at its beginning:
 *
 *     2^48 + start * 2^24 + reached
 *
 * Mod-sequences from 2^24 on do not fit and are given alone; such a client begins again, as RFC 6578 §3.2 lets it.
 */
const base = 2 ** 24;
const marker = 2 ** 48;

export interface SyncPosition {
  /** The mod-sequence up to which the client has everything. */
  readonly reached: number;
  /** Of a first synchronisation under way: the collection's mod-sequence when it began. */
  readonly firstSyncStart: number | undefined;
}

export function parseSyncPosition(since: number): SyncPosition {
  if (since < marker) return { reached: since, firstSyncStart: undefined };
  const rest = since - marker;
  return { reached: rest % base, firstSyncStart: Math.floor(rest / base) };
}

export function formatSyncPosition({ reached, firstSyncStart }: SyncPosition): number {
  if (firstSyncStart === undefined || firstSyncStart >= base) return reached;
  return marker + firstSyncStart * base + reached;
}
