/**
 * The port's nodes, made of rows.
 *
 * They are classes for the sake of listings: an instant costs more to make than all else of a node, so it is made when it is
 * asked for. `created` and `modified` are getters, which a spread of a node leaves behind.
 */
import type {
  AccessControlEntry,
  CollectionKind,
  CollectionNode,
  MountNode,
  ResourceNode,
} from '../../gateway/ports/collection-store.ts';
import type { NodeRow } from './rows.ts';

abstract class RowNode {
  readonly id: number;
  readonly parentId: number;
  readonly name: string;
  readonly modSeq: number;
  readonly createdModSeq: number;
  readonly hasProperties: boolean;
  readonly hasAccessControl: boolean;
  readonly #createdMs: number;
  readonly #modifiedMs: number;

  constructor(row: NodeRow) {
    this.id = row.id;
    this.parentId = row.parent_id;
    this.name = row.name;
    this.modSeq = row.mod_seq;
    this.createdModSeq = row.created_mod_seq;
    this.hasProperties = row.has_properties !== 0;
    this.hasAccessControl = row.has_ace !== 0;
    this.#createdMs = row.created_ms;
    this.#modifiedMs = row.modified_ms;
  }

  get created(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.#createdMs);
  }

  get modified(): Temporal.Instant {
    return Temporal.Instant.fromEpochMilliseconds(this.#modifiedMs);
  }
}

class RowCollection extends RowNode implements CollectionNode {
  readonly type = 'collection';
  readonly collectionKind: CollectionKind;
  readonly membersModSeq: number;

  constructor(row: NodeRow) {
    super(row);
    this.collectionKind = row.collection_kind ?? 'folder';
    this.membersModSeq = row.members_mod_seq;
  }
}

class RowResource extends RowNode implements ResourceNode {
  readonly type = 'resource';
  readonly etag: string;
  readonly sizeOctets: number;
  readonly contentType: string | undefined;
  readonly blobKey: string | undefined;

  constructor(row: NodeRow) {
    super(row);
    this.etag = row.etag ?? '';
    this.sizeOctets = row.size;
    this.contentType = row.content_type ?? undefined;
    this.blobKey = row.blob_key ?? undefined;
  }
}

class RowMount extends RowNode implements MountNode {
  readonly type = 'mount';
  readonly target: CollectionNode;
  readonly targetAccess: readonly AccessControlEntry[];

  constructor(row: NodeRow, target: CollectionNode, targetAccess: readonly AccessControlEntry[]) {
    super(row);
    this.target = target;
    this.targetAccess = targetAccess;
  }
}

export function toCollection(row: NodeRow): CollectionNode {
  return new RowCollection(row);
}

export function toResource(row: NodeRow): ResourceNode {
  return new RowResource(row);
}

export function toMount(row: NodeRow, target: CollectionNode, targetAccess: readonly AccessControlEntry[]): MountNode {
  return new RowMount(row, target, targetAccess);
}
