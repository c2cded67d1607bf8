/** What wiring knows of an adapter that was built, whatever its technology. */
import type { SqlEngine } from '../../../adapters/sql/engine.ts';
import type { BlobStore } from '../../ports/blob-store.ts';
import type { Call } from '../../ports/call.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CollectionStore } from '../../ports/collection-store.ts';
import type { ChangeFeed } from '../../ports/change-feed.ts';
import type { Directory } from '../../ports/directory.ts';
import type { Log } from '../../ports/log.ts';
import type { PortName } from '../config/domains.ts';

export interface Ports {
  readonly directory: Directory;
  readonly collections: CollectionStore;
  readonly blobs: BlobStore;
}

export interface BuiltAdapter extends AsyncDisposable {
  readonly name: string;
  readonly ports: Partial<Ports>;
  /** For adapters that are built on this one. */
  readonly engine?: SqlEngine;
  /** Resolves when the adapter can do its work now. @throws GatewayError `unavailable` */
  check(call: Call): Promise<void>;
  /** Present where there is something to copy that no other adapter copies. */
  readonly backup?: AdapterBackup;
}

/** The two sides of a consistent copy: `wiring/backup/backup.ts` has their order. */
export type AdapterBackup = {
  /** Where it lies in the data folder, and in the copy: the path of the configuration. */
  readonly place: string;
} & (
  | {
      readonly kind: 'database';
      /** Copies the database to a file that must not be there. */
      copyTo(file: string, progress: (doneFraction: number) => void, call: Call): Promise<void>;
    }
  | {
      readonly kind: 'blobs';
      /** Copies the blobs that the folder lacks. */
      copyTo(folder: string, call: Call): Promise<CopiedBlobs>;
    }
);

export interface CopiedBlobs {
  readonly copied: number;
  /** Were there already, from an earlier copy. */
  readonly kept: number;
}

/** What an adapter is built from. */
export interface BuildContext {
  /** The adapter's name in the configuration. */
  readonly name: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly feed: ChangeFeed;
  /** Names of the domains whose directories include this adapter. */
  readonly domains: readonly string[];
  /** An adapter that was built before, because `dependencies` named it. */
  built(name: string): BuiltAdapter;
}

/** The port of an adapter that a domain named. Checked with the configuration, so that a miss is a fault of the program. */
export function portOf<Name extends PortName>(
  adapter: BuiltAdapter | undefined,
  name: string,
  port: Name,
): Ports[Name] {
  const found = adapter?.ports[port];
  if (found === undefined) throw new Error(`the adapter "${name}" was built without the port ${port}`);
  return found;
}
