/** Multistatus and error bodies (RFC 4918 §13, §14.16), written as strings: thousands of responses a second pass here. */
import { escapeAttribute, escapeText } from '../xml/format.ts';
import type { QName } from './names.ts';
import { prefixes } from './names.ts';

export interface PropStat {
  readonly status: number;
  /** Property elements, one after the other, with the prefixes that the root declares (see `names.ts`). */
  readonly xml: string;
  /** Elements for DAV:error: named conditions (RFC 4918 §16). */
  readonly error?: string;
  /** Text for DAV:responsedescription; escaped here. */
  readonly description?: string;
}

const declaration = '<?xml version="1.0" encoding="utf-8"?>\n';
const namespaces = [...prefixes].map(([namespace, prefix]) => ` xmlns:${prefix}="${namespace}"`).join('');

export const multistatusOpen: string = `${declaration}<D:multistatus${namespaces}>`;
export const multistatusClose: string = '</D:multistatus>';

/** `application/xml; charset=utf-8` is what RFC 4918 §8.2 asks servers to say. */
export const xmlContentType: string = 'application/xml; charset=utf-8';

/**
 * @param href already percent-encoded; escaped for XML here
 * @param propstats at least one, at most one for each status
 */
export function formatPropertyResponse(href: string, propstats: readonly PropStat[]): string {
  let result = `<D:response><D:href>${escapeText(href)}</D:href>`;
  for (const propstat of propstats) {
    result += `<D:propstat><D:prop>${propstat.xml}</D:prop><D:status>${statusLine(propstat.status)}</D:status>`;
    if (propstat.error !== undefined) result += `<D:error>${propstat.error}</D:error>`;
    if (propstat.description !== undefined) result += formatDescription(propstat.description);
    result += '</D:propstat>';
  }
  return `${result}</D:response>`;
}

/**
 * @param href already percent-encoded; escaped for XML here
 * @param error elements for DAV:error
 * @param description text; escaped here
 */
export function formatStatusResponse(href: string, status: number, error?: string, description?: string): string {
  let result = `<D:response><D:href>${escapeText(href)}</D:href><D:status>${statusLine(status)}</D:status>`;
  if (error !== undefined) result += `<D:error>${error}</D:error>`;
  if (description !== undefined) result += formatDescription(description);
  return `${result}</D:response>`;
}

/** RFC 4918 §14.25. */
export function formatDescription(description: string): string {
  return `<D:responsedescription>${escapeText(description)}</D:responsedescription>`;
}

/** DAV:sync-token, the last child of a sync-collection multistatus (RFC 6578 §6.4). */
export function formatSyncToken(token: string): string {
  return `<D:sync-token>${escapeText(token)}</D:sync-token>`;
}

/** A whole DAV:error document (RFC 4918 §14.5, §16). @param innerXml elements, with the prefixes that the root declares */
export function formatError(innerXml: string): string {
  return formatDocument('error', innerXml);
}

/**
 * A whole document with a DAV: root and every prefix declared: `prop` for the answer to LOCK (RFC 4918 §9.10.1),
 * `mkcol-response` (RFC 5689 §5.2), `principal-search-property-set` (RFC 3744 §9.5).
 */
export function formatDocument(rootName: string, innerXml: string): string {
  return `${declaration}<D:${rootName}${namespaces}>${innerXml}</D:${rootName}>`;
}

/** DAV:href. @param href already percent-encoded; escaped for XML here */
export function formatHref(href: string): string {
  return `<D:href>${escapeText(href)}</D:href>`;
}

/** An empty property element: with the root's prefix where the namespace has one, else with its own declaration. */
export function formatPropName(name: QName): string {
  const prefix = prefixes.get(name.namespace);
  if (prefix !== undefined) return `<${prefix}:${name.name}/>`;
  // No default namespace is declared around it, so one in no namespace needs nothing.
  if (name.namespace === '') return `<${name.name}/>`;
  return `<${name.name} xmlns="${escapeAttribute(name.namespace)}"/>`;
}

const reasons: Readonly<Record<number, string>> = {
  100: 'Continue',
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  207: 'Multi-Status',
  208: 'Already Reported',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  411: 'Length Required',
  412: 'Precondition Failed',
  413: 'Content Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  416: 'Range Not Satisfiable',
  417: 'Expectation Failed',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  423: 'Locked',
  424: 'Failed Dependency',
  426: 'Upgrade Required',
  428: 'Precondition Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  460: 'Checksum Mismatch',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  507: 'Insufficient Storage',
  508: 'Loop Detected',
};

/** `HTTP/1.1 404 Not Found`: what DAV:status holds (RFC 4918 §14.28). A code without a registered phrase gets none. */
export function statusLine(status: number): string {
  return status === 200 ? 'HTTP/1.1 200 OK' : `HTTP/1.1 ${status} ${reasons[status] ?? ''}`;
}
