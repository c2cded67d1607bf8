/** What properties are read from: one thing in an answer, and what was loaded for the whole page of them. */
import type {
  AccessControlEntry,
  CollectionNode,
  DeadProperty,
  Lock,
  ResourceNode,
} from '../../ports/collection-store.ts';
import type { Principal } from '../../ports/directory.ts';
import type { PrivilegeSet } from '../../ports/privilege.ts';
import type { PropertyName } from '../../ports/collection-store.ts';
import type { DavOptions } from '../options.ts';
import type { StaticTarget } from '../target.ts';

export interface NodeItem {
  readonly kind: 'node';
  readonly href: string;
  readonly node: CollectionNode | ResourceNode;
  /** The name under which the viewer finds it; undefined for the root of a tree. */
  readonly name: string | undefined;
  readonly privileges: PrivilegeSet;
}

export interface PrincipalItem {
  readonly kind: 'principal';
  readonly href: string;
  readonly principal: Principal;
}

export interface StaticItem {
  readonly kind: 'static';
  readonly href: string;
  readonly which: StaticTarget['which'];
}

export type Item = NodeItem | PrincipalItem | StaticItem;

/** What a property needs beyond its item. Loaded once for a page of items, and only when it was asked for. */
export type Need = 'locks' | 'access' | 'usage' | 'owner' | 'groups' | 'members' | 'principals';

export interface Page {
  readonly viewer: Principal;
  readonly options: DavOptions;
  readonly nowMs: number;
  readonly epoch: string;
  /** Dead properties of nodes that have any. */
  readonly dead: ReadonlyMap<number, readonly DeadProperty[]>;
  /** Locks by the node that they are on, and those of depth infinity from above every item of the page. */
  readonly locks: ReadonlyMap<number, readonly Lock[]>;
  readonly inheritedLocks: readonly InheritedLock[];
  /** Entries by the node that carries them, and those inherited from above every item of the page. */
  readonly access: ReadonlyMap<number, readonly AccessControlEntry[]>;
  readonly inheritedAccess: readonly InheritedAccess[];
  readonly usage: { readonly usedOctets: number; readonly availableOctets: number | undefined } | undefined;
  /** The principal whose tree the items lie in. */
  readonly owner: Principal | undefined;
  /** Principals that properties name, by id. */
  readonly principals: ReadonlyMap<string, Principal>;
  /** Direct members of groups, by group id. */
  readonly members: ReadonlyMap<string, readonly Principal[]>;
}

export interface InheritedLock {
  /** Under which the viewer knows what is locked; where that lies above a mount, the mount. */
  readonly href: string;
  readonly lock: Lock;
}

export interface InheritedAccess {
  readonly href: string;
  readonly entry: AccessControlEntry;
}

/** One live property: where it lies, and its whole element for an item that has it. */
export interface LiveProperty extends PropertyName {
  /** RFC 4918 §9.1: what allprop gives; RFC 4331, 3744 and 6578 keep theirs out of it. */
  readonly inAllprop: boolean;
  readonly needs?: readonly Need[];
  /**
   * For a plain resource it depends on nothing but the resource's own row, so it changes only when the sequence of its
   * collection rises: not on who asks, on locks, on access control or on the directory.
   */
  readonly followsSequence?: boolean;
  /** PROPPATCH may set it; it is then kept as a dead property and shadows the live value. */
  readonly settable?: boolean;
  /** The element with the prefixes of a multistatus; undefined when this item does not have the property. */
  format(item: Item, page: Page): string | undefined;
}
