/** The scope of every write. A new operation says here what it needs for itself. */
import type { OperationArgs, OperationName } from './index.ts';
import { guardedNodes } from './scope.ts';
import type { WriteScope } from './scope.ts';
import type { TransferArgs } from './collections/transfer.ts';

type Scopes = { readonly [Name in OperationName]: (args: OperationArgs<Name>) => WriteScope };

const accounts = (): WriteScope => ({ parts: ['accounts'] });

/** A copy reads what a mounted source shows; a move takes the mount itself. */
const transfer = ({ sourceParentId, sourceName, destinationParentId, guard }: TransferArgs): WriteScope => ({
  nodes: [destinationParentId, ...guardedNodes(guard)],
  members: [{ parentId: sourceParentId, name: sourceName }],
});

export const scopes: Scopes = {
  checkStore: () => ({ isRepeatable: true }),

  ensureTree: ({ name }) => ({ trees: [name], isRepeatable: true }),
  forgetPrincipal: ({ trees }) => ({ trees, parts: ['upkeep'], isRepeatable: true }),
  putResource: ({ parentId, guard }) => ({ nodes: [parentId, ...guardedNodes(guard)] }),
  makeCollection: ({ parentId, guard }) => ({ nodes: [parentId, ...guardedNodes(guard)] }),
  removeMember: ({ parentId, guard }) => ({ nodes: [parentId, ...guardedNodes(guard)] }),
  copyMember: transfer,
  moveMember: transfer,
  setProperties: ({ nodeId, guard }) => ({ nodes: [nodeId, ...guardedNodes(guard)] }),
  setAccessControl: ({ nodeId, guard }) => ({ nodes: [nodeId, ...guardedNodes(guard)] }),
  // Of a mount, what it shows is locked.
  takeLock: ({ parentId, name, guard }) => ({ nodes: guardedNodes(guard), members: [{ parentId, name }] }),
  refreshLock: ({ nodeId }) => ({ nodes: [nodeId], isRepeatable: true }),
  unlock: ({ nodeId }) => ({ nodes: [nodeId] }),
  // What others share is only looked at: a grant that goes meanwhile is found by the next time.
  reconcileMounts: ({ viewer }) => ({ trees: [viewer] }),

  saveUpload: () => ({ isRepeatable: true }),
  removeUpload: () => ({ isRepeatable: true }),

  reclaim: () => ({ parts: ['upkeep'], isRepeatable: true }),
  pruneTombstones: () => ({ parts: ['upkeep'], isRepeatable: true }),
  dropExpired: () => ({ parts: ['upkeep'] }),

  createPrincipal: accounts,
  updatePrincipal: accounts,
  replacePassword: accounts,
  removePrincipal: accounts,
  addGroupMember: accounts,
  removeGroupMember: accounts,
};

export function scopeOf<Name extends OperationName>(name: Name, args: OperationArgs<Name>): WriteScope {
  return scopes[name](args);
}
