import { encodeRawOctets } from '../wire/dav/headers.ts';

/**
 * The path of a request target, without its query (RFC 9112 §3.2: origin-form or absolute-form).
 * Octets above ASCII that a client left bare are percent-encoded.
 * @returns undefined when it is neither, or has a fragment: that is never sent (RFC 9110 §7.1), and to overlook it could
 *   delete a collection for one of its parts
 */
export function requestPath(url: string | undefined): string | undefined {
  if (url === undefined || url.includes('#')) return undefined;
  const path = url.startsWith('/') ? url : /^https?:\/\/[^/?#]*(\/[^?#]*)?/i.exec(url)?.[1];
  if (path === undefined) return /^https?:\/\//i.test(url) ? '/' : undefined;
  const end = path.indexOf('?');
  return encodeRawOctets(end === -1 ? path : path.slice(0, end));
}
