/** Every write to collections and what hangs on them. */
import { copyMember } from './copy-member.ts';
import { dropExpired } from './drop-expired.ts';
import { ensureTree } from './ensure-tree.ts';
import { forgetPrincipal } from './forget-principal.ts';
import { makeCollection } from './make-collection.ts';
import { moveMember } from './move-member.ts';
import { pruneTombstones } from './prune-tombstones.ts';
import { putResource } from './put-resource.ts';
import { reclaim } from './reclaim.ts';
import { reconcileMounts } from './reconcile-mounts.ts';
import { refreshLock } from './refresh-lock.ts';
import { removeMember } from './remove-member.ts';
import { removeUpload } from './remove-upload.ts';
import { saveUpload } from './save-upload.ts';
import { setAccessControl } from './set-access-control.ts';
import { setProperties } from './set-properties.ts';
import { takeLock } from './take-lock.ts';
import { unlock } from './unlock.ts';

export const collectionOperations = {
  copyMember,
  dropExpired,
  ensureTree,
  forgetPrincipal,
  makeCollection,
  moveMember,
  pruneTombstones,
  putResource,
  reclaim,
  reconcileMounts,
  refreshLock,
  removeMember,
  removeUpload,
  saveUpload,
  setAccessControl,
  setProperties,
  takeLock,
  unlock,
} as const;
