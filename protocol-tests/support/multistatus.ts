/** A multistatus answer (RFC 4918 §13) as tests want to look at it. */
import { elements, find, text, type XmlElement } from '../../gateway/wire/xml/element.ts';
import { defaultXmlLimits, XmlParser } from '../../gateway/wire/xml/parser.ts';

const DAV = 'DAV:';

export interface PropertyAnswer {
  readonly status: number;
  readonly element: XmlElement;
  readonly text: string;
}

export interface ResponseAnswer {
  readonly href: string;
  /** Of the response itself; undefined where it has propstats. */
  readonly status: number | undefined;
  /** By `{namespace}name`. */
  readonly properties: ReadonlyMap<string, PropertyAnswer>;
}

export interface Multistatus {
  readonly responses: readonly ResponseAnswer[];
  /** RFC 6578 §6.4; undefined when the answer has none. */
  readonly syncToken: string | undefined;
  byHref(href: string): ResponseAnswer | undefined;
}

/** @throws Error when it is not well-formed or not a multistatus */
export function parseMultistatus(body: Uint8Array): Multistatus {
  const root = parseXml(body);
  if (root.namespace !== DAV || root.name !== 'multistatus') throw new Error(`not a multistatus: ${root.name}`);
  const responses = elements(root)
    .filter((child) => child.namespace === DAV && child.name === 'response')
    .map(readResponse);
  const syncToken = find(root, DAV, 'sync-token');
  return {
    responses,
    syncToken: syncToken === undefined ? undefined : text(syncToken),
    byHref: (href) => responses.find((response) => response.href === href),
  };
}

/** @throws Error when it is empty or not well-formed. Limits are far above those for requests: answers may be long */
export function parseXml(body: Uint8Array): XmlElement {
  const parser = new XmlParser({ ...defaultXmlLimits, octets: 2 ** 30, elements: 10_000_000 });
  const result = parser.write(body) ?? parser.end();
  if (!result.ok) throw new Error(`not XML: ${result.reason}`);
  if (result.root === undefined) throw new Error('an empty body where XML was expected');
  return result.root;
}

function readResponse(response: XmlElement): ResponseAnswer {
  const properties = new Map<string, PropertyAnswer>();
  for (const propstat of elements(response)) {
    if (propstat.namespace !== DAV || propstat.name !== 'propstat') continue;
    const status = statusOf(propstat) ?? 0;
    const prop = find(propstat, DAV, 'prop');
    for (const element of prop === undefined ? [] : elements(prop)) {
      properties.set(`{${element.namespace}}${element.name}`, { status, element, text: text(element) });
    }
  }
  const href = find(response, DAV, 'href');
  return { href: href === undefined ? '' : text(href), status: statusOf(response), properties };
}

function statusOf(parent: XmlElement): number | undefined {
  const status = find(parent, DAV, 'status');
  return status === undefined ? undefined : Number(/^HTTP\/\d\.\d (\d{3})/.exec(text(status).trim())?.[1]);
}
