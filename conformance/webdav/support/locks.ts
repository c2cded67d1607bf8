import type { XmlElement } from '../../../gateway/wire/xml/element.ts';
import { text } from '../../../gateway/wire/xml/element.ts';
import { ensure } from '../../case/outcome.ts';
import type { Target } from '../../case/target.ts';
import { dav } from '../../dav/names.ts';
import { childrenOf, descendants, isElement, nameOf, xmlOf } from '../../dav/xml.ts';
import type { HttpResponse } from '../../http/response.ts';

/** One DAV:activelock: RFC 4918 §14.1. */
export interface ActiveLock {
  readonly token: string | undefined;
  readonly depth: string;
  readonly scope: string;
  readonly timeout: string | undefined;
  readonly lockRoot: string | undefined;
  readonly owner: XmlElement | undefined;
}

/** Reads the locks from an element that contains a DAV:lockdiscovery. */
export function activeLocks(element: XmlElement): readonly ActiveLock[] {
  return descendants(element, dav('activelock')).map((lock) => {
    const textOf = (...path: readonly string[]): string | undefined => {
      let current: XmlElement | undefined = lock;
      for (const name of path) current = current === undefined ? undefined : childrenOf(current, dav(name))[0];
      return current === undefined ? undefined : text(current).trim();
    };
    const scope = childrenOf(lock, dav('lockscope'))[0];
    return {
      token: textOf('locktoken', 'href'),
      depth: textOf('depth') ?? '',
      scope: scope?.children.map((child) => (typeof child === 'string' ? '' : child.name)).join('') ?? '',
      timeout: textOf('timeout'),
      lockRoot: textOf('lockroot', 'href'),
      owner: childrenOf(lock, dav('owner'))[0],
    };
  });
}

/** Checks the body of a LOCK answer (RFC 4918 §9.10.1) and returns its locks. */
export function locksOfAnswer(response: HttpResponse): readonly ActiveLock[] {
  const root = xmlOf(response);
  ensure(isElement(root, dav('prop')), `the body of a LOCK answer is ${nameOf(root)} instead of DAV:prop`, response);
  ensure(childrenOf(root, dav('lockdiscovery')).length === 1, 'the LOCK answer has no DAV:lockdiscovery', response);
  return activeLocks(root);
}

/**
 * A request that the lock of another resource (the parent, a member) forbids: 423 as such, or, because RFC 4918 §13 allows a
 * multistatus for every method and §11.4 a 424, with the 423 of that other resource inside.
 */
export function ensureLockedOut(response: HttpResponse, what: string): void {
  if (response.status === 423) return;
  const inside = /HTTP\/1\.[01] 423\b/.test(response.text);
  ensure(
    inside && (response.status === 207 || response.status === 424),
    `${what}: expected 423, or 207 or 424 with a 423 inside, got ${response.status}`,
    response,
  );
}

/** The tokens that DAV:lockdiscovery of a resource shows. */
export async function lockTokensOf(t: Target, name: string): Promise<readonly string[]> {
  const answer = await t.property(name, dav('lockdiscovery'));
  ensure(answer?.status === 200, `${name} has no DAV:lockdiscovery`);
  return activeLocks(answer.element).flatMap((lock) => lock.token ?? []);
}
