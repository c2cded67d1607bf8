/** Limits and choices of the DAV core, each with its default. Configuration fills them; nothing here is read elsewhere. */
export interface DavOptions {
  /** Octets of one resource. */
  readonly maxResourceOctets: number;
  /** Bodies up to this many octets are kept in the store's row and share its commit. */
  readonly inlineOctets: number;
  /** Octets, depth and elements of an XML request body. */
  readonly xml: {
    readonly octets: number;
    readonly depth: number;
    readonly elements: number;
    readonly attributes: number;
  };
  /** Answer PROPFIND with Depth: infinity; otherwise it is refused with DAV:propfind-finite-depth (RFC 4918 §9.1). */
  readonly propfindInfinity: boolean;
  /** Members that one PROPFIND of depth infinity, or one COPY of a collection, may touch. */
  readonly treeMembers: number;
  /** Seconds of a lock when the client asks for none, and the most that it may ask for. */
  readonly lockTimeoutSeconds: number;
  readonly maxLockTimeoutSeconds: number;
  /** Octets of one dead property, and how many one resource may have. */
  readonly maxPropertyOctets: number;
  readonly maxProperties: number;
  /** Ranges in one GET; more are answered with the whole (RFC 9110 §14.2). */
  readonly maxRanges: number;
  /** Principals in the answer of a search. */
  readonly searchResults: number;
  /** Hours that an unfinished resumable upload is kept after its last octet. */
  readonly uploadExpiryHours: number;
  /** Octets of formatted listings that a process keeps for the next client; 0 keeps none. */
  readonly listingCacheOctets: number;
  /** How often a write is decided anew when something changed under it before it answers 503. */
  readonly writeAttempts: number;
}

export const defaultDavOptions: DavOptions = {
  maxResourceOctets: 50 * 1024 ** 3,
  inlineOctets: 64 * 1024,
  xml: { octets: 1024 ** 2, depth: 64, elements: 50_000, attributes: 64 },
  propfindInfinity: false,
  treeMembers: 100_000,
  lockTimeoutSeconds: 3600,
  maxLockTimeoutSeconds: 7 * 24 * 3600,
  maxPropertyOctets: 64 * 1024,
  maxProperties: 256,
  maxRanges: 64,
  searchResults: 200,
  uploadExpiryHours: 24,
  listingCacheOctets: 32 * 1024 ** 2,
  writeAttempts: 16,
};
