/** Request bodies as clients write them, and the small steps that most dialogues take. */
import type { HttpAnswer, HttpClient } from './http-client.ts';
import { parseMultistatus } from './multistatus.ts';
import type { Multistatus } from './multistatus.ts';

export const xmlHeaders = { 'content-type': 'application/xml; charset=utf-8' };

/** @param properties names in `DAV:`, or whole empty elements with their own namespace */
export function propfindBody(...properties: readonly string[]): string {
  const prop = properties.map((name) => (name.startsWith('<') ? name : `<D:${name}/>`)).join('');
  return `<?xml version="1.0" encoding="utf-8"?><D:propfind xmlns:D="DAV:"><D:prop>${prop}</D:prop></D:propfind>`;
}

export function lockBody(scope: 'exclusive' | 'shared' = 'exclusive', owner = '<D:href>ada</D:href>'): string {
  return (
    `<?xml version="1.0" encoding="utf-8"?><D:lockinfo xmlns:D="DAV:"><D:lockscope><D:${scope}/></D:lockscope>` +
    `<D:locktype><D:write/></D:locktype><D:owner>${owner}</D:owner></D:lockinfo>`
  );
}

export function syncBody(token: string, limit?: number, ...properties: readonly string[]): string {
  const nresults = limit === undefined ? '' : `<D:limit><D:nresults>${limit}</D:nresults></D:limit>`;
  const prop = (properties.length === 0 ? ['getetag'] : properties).map((name) => `<D:${name}/>`).join('');
  return (
    `<?xml version="1.0" encoding="utf-8"?><D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token>` +
    `<D:sync-level>1</D:sync-level>${nresults}<D:prop>${prop}</D:prop></D:sync-collection>`
  );
}

/** @param entries principal elements with the privileges that they get */
export function aclBody(
  ...entries: readonly { readonly principal: string; readonly privileges: readonly string[] }[]
): string {
  const aces = entries.map(
    ({ principal, privileges }) =>
      `<D:ace><D:principal>${principal}</D:principal><D:grant>` +
      privileges.map((name) => `<D:privilege><D:${name}/></D:privilege>`).join('') +
      `</D:grant></D:ace>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?><D:acl xmlns:D="DAV:">${aces.join('')}</D:acl>`;
}

export function principalElement(address: string): string {
  return `<D:href>/dav/principals/${address}/</D:href>`;
}

export async function propfind(
  client: HttpClient,
  path: string,
  depth: '0' | '1',
  ...properties: readonly string[]
): Promise<Multistatus> {
  const body = propfindBody(...properties);
  const answer = await client.request('PROPFIND', path, { headers: { ...xmlHeaders, depth }, body });
  if (answer.status !== 207) throw new Error(`PROPFIND answered ${answer.status}: ${answer.text}`);
  return parseMultistatus(answer.body);
}

/** The token of a new lock. */
export function lockTokenOf(answer: HttpAnswer): string {
  const header = answer.headers['lock-token'];
  const token = typeof header === 'string' ? /^<(.+)>$/.exec(header)?.[1] : undefined;
  if (token === undefined) throw new Error(`LOCK answered ${answer.status} without a token: ${answer.text}`);
  return token;
}

export async function sync(client: HttpClient, path: string, token: string, limit?: number): Promise<Multistatus> {
  const answer = await client.request('REPORT', path, { headers: xmlHeaders, body: syncBody(token, limit) });
  if (answer.status !== 207) throw new Error(`sync-collection answered ${answer.status}: ${answer.text}`);
  return parseMultistatus(answer.body);
}
