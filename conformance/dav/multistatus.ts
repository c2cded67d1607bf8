import type { XmlElement } from '../../gateway/wire/xml/element.ts';
import { elements, text } from '../../gateway/wire/xml/element.ts';
import { CaseFailure, ensure } from '../case/outcome.ts';
import type { HttpResponse } from '../http/response.ts';
import { comparablePath, pathOfHref } from './href.ts';
import type { QualifiedName } from './names.ts';
import { clark, dav } from './names.ts';
import { childrenOf, isElement, nameOf, xmlOf } from './xml.ts';

/** A property and the status it was answered with. */
export interface PropertyAnswer {
  readonly status: number;
  readonly element: XmlElement;
  readonly text: string;
}

/** One `DAV:response`: RFC 4918 §14.24. */
export interface ResponseElement {
  readonly hrefs: readonly string[];
  /** The first href in a form for comparisons. */
  readonly path: string;
  /** Set where the response has a status for the whole resource. */
  readonly status: number | undefined;
  /** Every property of every propstat. */
  readonly properties: readonly PropertyAnswer[];
  readonly element: XmlElement;
}

/** A multistatus that has passed every rule of RFC 4918 §14 that holds for all of them. */
export class Multistatus {
  readonly http: HttpResponse;
  readonly root: XmlElement;
  readonly responses: readonly ResponseElement[];
  /** RFC 6578 §6.2. */
  readonly syncToken: string | undefined;

  private constructor(http: HttpResponse, root: XmlElement, responses: readonly ResponseElement[]) {
    this.http = http;
    this.root = root;
    this.responses = responses;
    const token = childrenOf(root, dav('sync-token'))[0];
    this.syncToken = token === undefined ? undefined : text(token).trim();
  }

  /** Reads and checks a 207 answer. */
  static of(http: HttpResponse): Multistatus {
    ensure(http.status === 207, `expected 207 (Multi-Status), got ${http.status}`, http);
    ensure(
      /^(application|text)\/xml\b/i.test(http.header('content-type') ?? ''),
      'a multistatus is application/xml or text/xml (RFC 4918 §8.2)',
      http,
    );
    const root = xmlOf(http);
    ensure(isElement(root, dav('multistatus')), `the root is ${nameOf(root)} instead of DAV:multistatus`, http);
    const responses = childrenOf(root, dav('response')).map((element) => readResponse(element, http));
    ensureNoDuplicates(
      responses.map((one) => one.path),
      'href of two DAV:response elements (RFC 4918 §14.24)',
      http,
    );
    return new Multistatus(http, root, responses);
  }

  /** The response for a path (encoded or not, with or without a trailing slash). */
  at(path: string): ResponseElement | undefined {
    const wanted = comparablePath(path);
    return this.responses.find((one) => one.path === wanted);
  }

  /** The response for a path; fails the case when there is none. */
  need(path: string): ResponseElement {
    const found = this.at(path);
    ensure(found !== undefined, `the multistatus has no response for ${path}`, this.http);
    return found;
  }

  get paths(): readonly string[] {
    return this.responses.map((one) => one.path);
  }
}

/** The answer for one property; `undefined`: it is not in the response at all. */
export function propertyOf(response: ResponseElement, name: QualifiedName): PropertyAnswer | undefined {
  return response.properties.find((one) => isElement(one.element, name));
}

/** The names of the properties that were answered with 200. */
export function foundNames(response: ResponseElement): readonly string[] {
  return response.properties.filter((one) => one.status === 200).map((one) => nameOf(one.element));
}

function readResponse(element: XmlElement, http: HttpResponse): ResponseElement {
  const hrefs = childrenOf(element, dav('href')).map((href) => readHref(href, http));
  const first = hrefs[0];
  ensure(first !== undefined, 'a DAV:response without DAV:href (RFC 4918 §14.24)', http);
  const statuses = childrenOf(element, dav('status'));
  const propstats = childrenOf(element, dav('propstat'));
  ensure(
    (statuses.length === 1 && propstats.length === 0) || (statuses.length === 0 && propstats.length > 0),
    `the DAV:response for ${first} has ${statuses.length} status and ${propstats.length} propstat elements; it must have one status or at least one propstat (RFC 4918 §14.24)`,
    http,
  );
  ensure(propstats.length === 0 || hrefs.length === 1, 'a DAV:response with propstat has one href only', http);
  const status = statuses[0] === undefined ? undefined : readStatus(statuses[0], http);
  const properties = propstats.flatMap((propstat) => readPropstat(propstat, http));
  ensureNoDuplicates(
    properties.map((one) => nameOf(one.element)),
    `property of the response for ${first} (RFC 4918 §14.22)`,
    http,
  );
  return { hrefs, path: comparablePath(pathOfHref(first) ?? first) ?? first, status, properties, element };
}

function readHref(element: XmlElement, http: HttpResponse): string {
  const href = text(element).trim();
  const path = pathOfHref(href);
  ensure(path !== undefined, `the href ${href} is neither an absolute path nor an absolute URI (RFC 4918 §8.3)`, http);
  ensure(
    /^(?:[\w.~!$&'()*+,;=:@/?[\]-]|%[0-9A-Fa-f]{2})+$/.test(href),
    `the href ${href} has characters that must be percent-encoded (RFC 4918 §8.3.1)`,
    http,
  );
  ensure(!/\/\.\.?(\/|$)/.test(path), `the href ${href} has dot segments (RFC 4918 §8.3)`, http);
  return href;
}

function readPropstat(element: XmlElement, http: HttpResponse): readonly PropertyAnswer[] {
  const statuses = childrenOf(element, dav('status'));
  const props = childrenOf(element, dav('prop'));
  const [statusElement] = statuses;
  const [prop] = props;
  ensure(
    statuses.length === 1 && props.length === 1 && statusElement !== undefined && prop !== undefined,
    'a DAV:propstat has exactly one DAV:prop and one DAV:status (RFC 4918 §14.22)',
    http,
  );
  const status = readStatus(statusElement, http);
  return elements(prop).map((property) => ({ status, element: property, text: text(property).trim() }));
}

function readStatus(element: XmlElement, http: HttpResponse): number {
  const line = text(element).trim();
  const match = /^HTTP\/\d\.\d (\d{3})( .*)?$/.exec(line);
  if (match === null) throw new CaseFailure(`not a status line: ${line} (RFC 4918 §14.28)`, http.exchange);
  return Number(match[1]);
}

function ensureNoDuplicates(names: readonly string[], what: string, http: HttpResponse): void {
  const seen = new Set<string>();
  for (const name of names) {
    ensure(!seen.has(name), `${name} appears twice as ${what}`, http);
    seen.add(name);
  }
}

/** For messages: the property as it was answered. */
export function describeAnswer(answer: PropertyAnswer | undefined, name: QualifiedName): string {
  return answer === undefined ? `${clark(name)} is missing` : `${clark(name)} with status ${answer.status}`;
}
