/** Mod-sequences of collections, and the names that are gone. */
import type { SqlTransaction } from '../../engine.ts';
import { nodeKind } from '../../rows.ts';
import { notFound } from './refusals.ts';

/** The mod-sequence that a collection reached by an operation; published after the commit. */
export interface RaisedSequence {
  readonly collectionId: number;
  readonly modSeq: number;
}

/** Raises sequences for one operation. Each change takes a number of its own, so that a page of changes can end anywhere. */
export class Sequences {
  readonly #tx: SqlTransaction;
  readonly #raised = new Map<number, number>();

  constructor(tx: SqlTransaction) {
    this.#tx = tx;
  }

  async next(collectionId: number): Promise<number> {
    const row = await this.#tx.get<{ members_mod_seq: number }>`
      update node set members_mod_seq = members_mod_seq + 1 where id = ${collectionId} returning members_mod_seq`;
    if (row === undefined) throw notFound('the collection');
    this.#raised.set(collectionId, row.members_mod_seq);
    return row.members_mod_seq;
  }

  get raised(): readonly RaisedSequence[] {
    return [...this.#raised].map(([collectionId, modSeq]) => ({ collectionId, modSeq }));
  }
}

/** Remembers that a name is gone. */
export async function bury(
  tx: SqlTransaction,
  node: {
    readonly parent_id: number;
    readonly name: string;
    readonly name_mod_seq: number;
    readonly kind: number;
  },
  modSeq: number,
  nowMs: number,
): Promise<void> {
  await tx.run`
    insert into tombstone (parent_id, name, mod_seq, name_mod_seq, was_collection, removed_ms)
    values (${node.parent_id}, ${node.name}, ${modSeq}, ${node.name_mod_seq},
      ${node.kind === nodeKind.resource ? 0 : 1}, ${nowMs})`;
}

/**
 * Takes a name back into use.
 * @returns its `name_mod_seq`, undefined when it was not in use or that is forgotten: a client that once knew the name must be told if it goes again, so its beginning is kept
 */
export async function unbury(tx: SqlTransaction, parentId: number, name: string): Promise<number | undefined> {
  const row = await tx.get<{ name_mod_seq: number }>`
    delete from tombstone where parent_id = ${parentId} and name = ${name} returning name_mod_seq`;
  return row?.name_mod_seq;
}
