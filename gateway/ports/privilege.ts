/**
 * Privileges of RFC 3744 §3 as bits, so that a store keeps an integer and a check is one AND. An aggregate is the union of
 * the privileges that it contains.
 */

export const Privilege = {
  read: 1 << 0,
  writeProperties: 1 << 1,
  writeContent: 1 << 2,
  bind: 1 << 3,
  unbind: 1 << 4,
  unlock: 1 << 5,
  readAcl: 1 << 6,
  readCurrentUserPrivilegeSet: 1 << 7,
  writeAcl: 1 << 8,
} as const;

export type PrivilegeSet = number;

/** RFC 3744 §3.2: DAV:write contains write-properties, write-content, bind and unbind. */
export const write: PrivilegeSet =
  Privilege.writeProperties | Privilege.writeContent | Privilege.bind | Privilege.unbind;

/** RFC 3744 §3.11: DAV:all. */
export const allPrivileges: PrivilegeSet =
  Privilege.read |
  write |
  Privilege.unlock |
  Privilege.readAcl |
  Privilege.readCurrentUserPrivilegeSet |
  Privilege.writeAcl;
