import type { ListingCache } from './listing-cache.ts';
import type { MountVisits } from './mount-visits.ts';

/** What the requests of one process remember for each other. All of it may be lost at any time. */
export interface ProcessState {
  readonly mounts: MountVisits;
  readonly listings: ListingCache;
}
