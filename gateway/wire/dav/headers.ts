/** Request headers of RFC 4918 §10, each on its own; `If` has its own file. `undefined` in: the header was not sent. */

/** RFC 4918 §10.2. */
export function parseDepth(header: string | undefined): '0' | '1' | 'infinity' | undefined | 'invalid' {
  if (header === undefined) return undefined;
  const depth = header.trim().toLowerCase();
  return depth === '0' || depth === '1' || depth === 'infinity' ? depth : 'invalid';
}

/** RFC 4918 §10.6: without the header, `T`. */
export function parseOverwrite(header: string | undefined): boolean | 'invalid' {
  if (header === undefined) return true;
  switch (header.trim().toUpperCase()) {
    case 'T':
      return true;
    case 'F':
      return false;
    default:
      return 'invalid';
  }
}

/** RFC 4918 §10.7: a time-out is no greater than this many seconds. */
const longestTimeoutSeconds = 4_294_967_295;

/**
 * RFC 4918 §10.7: the first of the client's wishes that is one.
 *
 * @returns seconds (at least 1), `infinite`, or undefined when the client left it to the server
 */
export function parseTimeout(header: string | undefined): number | 'infinite' | undefined {
  if (header === undefined) return undefined;
  for (const part of header.split(',')) {
    const wish = part.trim().toLowerCase();
    if (wish === 'infinite') return 'infinite';
    const digits = /^second-(\d+)$/.exec(wish)?.[1];
    const seconds = digits === undefined ? 0 : Math.min(Number(digits), longestTimeoutSeconds);
    if (seconds > 0) return seconds;
  }
  return undefined;
}

/**
 * RFC 4918 §10.5: a Coded-URL.
 *
 * @returns the token without its angle brackets; undefined when there is none or it is malformed
 */
export function parseLockToken(header: string | undefined): string | undefined {
  // COMPAT(Windows WebDAV redirector, some versions): the angle brackets are left out.
  const token = /^(?:<([^<>]+)>|([^<>]+))$/.exec(header?.trim() ?? '');
  const value = token?.[1] ?? token?.[2];
  return value !== undefined && /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+$/.test(value) ? value : undefined;
}

export type Destination =
  /** `path` is absolute and still percent-encoded; `host` is the authority (with its port, in lower case) of an absolute URI. */
  { readonly ok: true; readonly path: string; readonly host: string | undefined } | { readonly ok: false };

/**
 * RFC 4918 §10.3: Simple-ref, an absolute URI or an absolute path. One with a query, a fragment or user information is
 * refused: it can name nothing that this server has.
 */
export function parseDestination(header: string | undefined): Destination {
  const reference = encodeRawOctets(header?.trim() ?? '');
  const match = /^(?:https?:\/\/([^/?#@\s]+))?(\/[^?#\s\0-\x1f\x7f]*)?$/i.exec(reference);
  const host = match?.[1]?.toLowerCase();
  const path = match?.[2];
  // http://host has an empty path, which is the same as `/` (RFC 9110 §4.2.3).
  if (path === undefined && host === undefined) return { ok: false };
  // A network-path reference, //host/path, is neither of the two forms.
  if (host === undefined && path?.startsWith('//') === true) return { ok: false };
  return { ok: true, path: path ?? '/', host };
}

/**
 * COMPAT(clients that put raw UTF-8 into a URI): Node gives each octet of a header or request target above 0x7f as one
 * character; this percent-encodes those, so that the path comes out as the client meant it.
 */
export function encodeRawOctets(target: string): string {
  return target.replace(/[\x80-\xff]/g, (octet) => `%${octet.charCodeAt(0).toString(16).toUpperCase()}`);
}

/**
 * COMPAT(ownCloud, Nextcloud, rclone): `X-OC-Mtime`, the modification time that an uploaded file is to have, in seconds since
 * the epoch, possibly with a fraction.
 *
 * @returns milliseconds since the epoch
 */
export function parseOcMtime(header: string | undefined): number | undefined | 'invalid' {
  if (header === undefined) return undefined;
  const value = header.trim();
  if (!/^-?\d{1,12}(?:\.\d{1,12})?$/.test(value)) return 'invalid';
  return Math.round(Number(value) * 1000);
}

/**
 * COMPAT(macOS WebDAV file system): `X-Expected-Entity-Length`, the size in octets of a body that is sent in chunks.
 *
 * @returns octets; undefined when it was not sent or is not a number, since it is a hint only
 */
export function parseExpectedEntityLength(header: string | undefined): number | undefined {
  const value = header?.trim() ?? '';
  if (!/^\d{1,16}$/.test(value)) return undefined;
  const octets = Number(value);
  return Number.isSafeInteger(octets) ? octets : undefined;
}
