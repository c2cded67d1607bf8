/** Encodes one path segment so that every octet but the unreserved ones is percent-encoded (RFC 3986 §2.3). */
export function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Encodes a relative path segment by segment; slashes separate. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/');
}

/** The path of an absolute URI or absolute path; `undefined` when it is neither. */
export function pathOfHref(href: string): string | undefined {
  if (href.startsWith('/')) return href;
  try {
    const url = new URL(href);
    return url.protocol === 'http:' || url.protocol === 'https:' ? url.pathname : undefined;
  } catch {
    return undefined;
  }
}

/** A path in one form for comparisons: percent-decoded, without a trailing slash. `undefined`: wrongly encoded. */
export function comparablePath(path: string): string | undefined {
  try {
    const decoded = path.split('/').map(decodeURIComponent).join('/');
    return decoded.length > 1 && decoded.endsWith('/') ? decoded.slice(0, -1) : decoded;
  } catch {
    return undefined;
  }
}
