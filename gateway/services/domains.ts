/** The institutions that this gateway serves, and the adapters that each of them named. Built by wiring, read by everyone. */
import type { BlobStore } from '../ports/blob-store.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { CollectionStore } from '../ports/collection-store.ts';
import type { Directory } from '../ports/directory.ts';

export interface DomainLimits {
  /** Octets a principal's trees may hold when its directory says nothing; undefined: no limit. */
  readonly quotaOctets: number | undefined;
}

export interface Domain {
  /** Canonical name, lower case. */
  readonly name: string;
  /** Other names under which the same people are known, lower case. */
  readonly aliases: readonly string[];
  /** The chain of directories of the domain, as one. */
  readonly directory: Directory;
  readonly collections: CollectionStore;
  readonly blobs: BlobStore;
  readonly feed: ChangeFeed;
  readonly limits: DomainLimits;
}

export class Domains {
  readonly all: readonly Domain[];
  readonly #byName = new Map<string, Domain>();

  /** @param all the first is the default: it takes bare names on a host that belongs to no domain */
  constructor(all: readonly Domain[]) {
    this.all = all;
    for (const domain of all) {
      for (const name of [domain.name, ...domain.aliases]) this.#byName.set(name, domain);
    }
  }

  /** The domain with this name or alias, without regard to case. */
  byName(name: string): Domain | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /**
   * The domain that a bare login at this host belongs to: the host's own name or the closest parent of it that is a domain
   * here; otherwise the default.
   */
  forHost(host: string | undefined): Domain {
    let name = host?.toLowerCase() ?? '';
    while (name !== '') {
      const found = this.#byName.get(name);
      if (found !== undefined) return found;
      const dot = name.indexOf('.');
      name = dot === -1 ? '' : name.slice(dot + 1);
    }
    const first = this.all[0];
    if (first === undefined) throw new Error('a gateway without domains was built');
    return first;
  }
}
