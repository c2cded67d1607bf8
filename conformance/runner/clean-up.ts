import { Target } from '../case/target.ts';
import { propfindOf } from '../dav/bodies.ts';
import { Multistatus } from '../dav/multistatus.ts';
import { CaseFailure } from '../case/outcome.ts';
import { dav } from '../dav/names.ts';
import { childrenOf, descendants } from '../dav/xml.ts';
import { text } from '../../gateway/wire/xml/element.ts';
import { TransportError } from '../http/transport-error.ts';
import { clientFor } from './server.ts';
import type { ServerUnderTest } from './server.ts';

/**
 * Gives back the locks of a case and removes its collection.
 *
 * @returns a sentence when something is left on the server; `undefined` when nothing is
 */
export async function cleanUp(server: ServerUnderTest, target: Target, timeoutMs: number): Promise<string | undefined> {
  const signal = AbortSignal.timeout(timeoutMs);
  using client = clientFor(server, signal);
  const { origin, root, home, capabilities } = target;
  const cleaner = new Target({ client, origin, root, home, capabilities, signal });
  try {
    for (const lock of target.locks) await cleaner.unlock(lock.path, lock.token);
    if (await removed(cleaner)) return undefined;
    for (const lock of await findLocks(cleaner)) await cleaner.unlock(lock.path, lock.token);
    if (await removed(cleaner)) return undefined;
    return `the collection ${target.home} could not be removed`;
  } catch (error) {
    if (error instanceof TransportError || error instanceof CaseFailure) {
      return `the collection ${target.home} could not be removed: ${error.message}`;
    }
    throw error;
  }
}

async function removed(target: Target): Promise<boolean> {
  const response = await target.send('DELETE', target.home);
  return response.status !== 207 && (response.status < 300 || response.status === 404);
}

/** Locks that the case did not write down, because it did not know that it would get them. */
async function findLocks(target: Target): Promise<readonly { path: string; token: string }[]> {
  const found: { path: string; token: string }[] = [];
  const paths = [target.home];
  for (let path = paths.shift(); path !== undefined; path = paths.shift()) {
    const body = propfindOf(dav('lockdiscovery'), dav('resourcetype'));
    const response = await target.sendXml('PROPFIND', path, body, { Depth: '1' });
    if (response.status !== 207) continue;
    for (const one of Multistatus.of(response).responses) {
      const href = new URL(one.hrefs[0] ?? '', target.origin).pathname;
      const tokens = descendants(one.element, dav('locktoken')).flatMap((token) => childrenOf(token, dav('href')));
      found.push(...tokens.map((token) => ({ path: href, token: text(token).trim() })));
      const isCollection = descendants(one.element, dav('collection')).length > 0;
      if (isCollection && href.length > path.length) paths.push(href);
    }
  }
  return found;
}
