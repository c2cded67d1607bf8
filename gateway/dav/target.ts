/** What a request URL means, before any method looks at it. */
import type { CollectionNode, CollectionStore, Resolution, ResourceNode, TreeKey } from '../ports/collection-store.ts';
import type { Principal } from '../ports/directory.ts';
import type { PrivilegeSet } from '../ports/privilege.ts';
import type { Domain } from '../services/domains.ts';

/** `/`, `/dav/`, `/dav/files/`, `/dav/principals/`: made of nothing but their members. */
export interface StaticTarget {
  readonly kind: 'static';
  readonly href: string;
  readonly which: 'host' | 'dav' | 'files' | 'principals';
}

export interface PrincipalTarget {
  readonly kind: 'principal';
  readonly href: string;
  readonly principal: Principal;
}

/** Where a path lies in a tree; shared by what exists and by what does not. */
export interface TreePlace {
  readonly href: string;
  readonly domain: Domain;
  readonly store: CollectionStore;
  /** The tree and path that were asked for, as the viewer sees them. */
  readonly asked: TreeKey;
  readonly path: readonly string[];
  readonly resolution: Resolution;
}

/** A collection or resource that exists. */
export interface NodeTarget extends TreePlace {
  readonly kind: 'node';
  readonly node: CollectionNode | ResourceNode;
  readonly privileges: PrivilegeSet;
  /** What holds it in the viewer's eyes: for a mounted collection the viewer's root. Undefined for the root of a tree. */
  readonly holder: Holder | undefined;
}

/** A name that nothing has, in a collection that exists. */
export interface UnmappedTarget extends TreePlace {
  readonly kind: 'unmapped';
  readonly holder: Holder;
  /** The URL ended in a slash. */
  readonly asCollection: boolean;
}

/** A name whose parent does not exist either: 409 for what would create it, 404 for the rest. */
export interface OrphanTarget extends TreePlace {
  readonly kind: 'orphan';
}

export interface UploadTarget {
  readonly kind: 'upload';
  readonly href: string;
  readonly id: string;
}

/** Not in the space of URLs at all, or not for this person to know. */
export interface NothingTarget {
  readonly kind: 'nothing';
  readonly href: string;
}

export type Target =
  StaticTarget | PrincipalTarget | NodeTarget | UnmappedTarget | OrphanTarget | UploadTarget | NothingTarget;

/** The collection in which a name stands, and what the viewer may do there. */
export interface Holder {
  readonly collection: CollectionNode;
  readonly name: string;
  readonly privileges: PrivilegeSet;
}
