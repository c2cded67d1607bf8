/** Sharing as a dialogue's small step: who may do what with whose folder. */
import { aclBody, principalElement, xmlHeaders } from './dav.ts';
import { gatewayDomain } from './gateway.ts';
import type { HttpAnswer, HttpClient } from './http-client.ts';

/** Path of a person's home, with a slash at its end. */
export function homeOf(person: string): string {
  return `/dav/files/${person}@${gatewayDomain}/`;
}

/** ACL with one entry for a person; without privileges an empty one, which ends what was shared. */
export function share(
  client: HttpClient,
  path: string,
  person: string,
  ...privileges: readonly string[]
): Promise<HttpAnswer> {
  const principal = principalElement(`${person}@${gatewayDomain}`);
  const body = privileges.length === 0 ? aclBody() : aclBody({ principal, privileges });
  return client.request('ACL', path, { headers: xmlHeaders, body });
}
