/** Writes to accounts, by name. */
import { createPrincipal } from './create-principal.ts';
import { addGroupMember, removeGroupMember } from './group-members.ts';
import { removePrincipal } from './remove-principal.ts';
import { replacePassword } from './replace-password.ts';
import { updatePrincipal } from './update-principal.ts';

export const accountOperations = {
  createPrincipal,
  updatePrincipal,
  replacePassword,
  removePrincipal,
  addGroupMember,
  removeGroupMember,
} as const;
