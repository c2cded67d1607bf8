/**
 * Paths and their segments. An href that the gateway writes has one fixed percent-encoding; one that it reads may have any
 * (RFC 3986 §6.2.2, RFC 4918 §8.3).
 */

/** Octets of a name in UTF-8. */
export const longestSegmentOctets = 255;
/** Octets of a path in UTF-8, decoded. */
export const longestPathOctets = 4096;
export const mostSegments = 64;

/** Characters that stand for themselves: unreserved (RFC 3986 §2.3), and those of pchar that every client leaves alone. */
const plainSegment = /^[A-Za-z0-9\-._~!*()@]*$/;

/** One member name as a path segment. Any well-formed name but the empty one, `.` and `..` comes back from `decodePath`. */
export function encodeSegment(name: string): string {
  if (plainSegment.test(name)) return name;
  const encoded = encodeURIComponent(name.isWellFormed() ? name : name.toWellFormed());
  return /'|%40/.test(encoded) ? encoded.replaceAll("'", '%27').replaceAll('%40', '@') : encoded;
}

/** An absolute path. @param collection whether it ends in a slash; the root always does */
export function encodePath(segments: readonly string[], collection: boolean): string {
  let path = '';
  for (const segment of segments) path += `/${encodeSegment(segment)}`;
  return collection || path === '' ? `${path}/` : path;
}

export type DecodedPath =
  | {
      readonly ok: true;
      /** Decoded, Unicode as the client sent it, none of them empty. */
      readonly segments: readonly string[];
      /** Whether there was a slash at the end. */
      readonly collection: boolean;
    }
  /** `syntax`: it can name nothing here; `too-long`: longer or deeper than this server keeps. */
  | { readonly ok: false; readonly code: 'syntax' | 'too-long'; readonly reason: string };

/**
 * Reads an absolute path (no query, no fragment) in whatever encoding. What a segment could hide is refused: bad escapes,
 * invalid UTF-8, control characters, a slash, `.` and `..`. Empty segments collapse: `//` is `/`.
 */
export function decodePath(path: string): DecodedPath {
  if (path.length > 3 * longestPathOctets) return tooLong('the path is too long');
  if (!path.startsWith('/')) return syntax('the path is not absolute');
  if (/[?#]/.test(path)) return syntax('the path holds a query or a fragment');
  const segments: string[] = [];
  let octets = 0;
  for (const part of path.split('/')) {
    if (part === '') continue;
    const segment = decodeSegment(part);
    if (typeof segment !== 'string') return segment;
    const size = Buffer.byteLength(segment);
    octets += size + 1;
    if (size > longestSegmentOctets) return tooLong(`a name is longer than ${longestSegmentOctets} octets`);
    if (octets > longestPathOctets) return tooLong('the path is too long');
    if (segments.length === mostSegments) return tooLong(`the path has more than ${mostSegments} segments`);
    segments.push(segment);
  }
  return { ok: true, segments, collection: path.endsWith('/') };
}

function decodeSegment(part: string): string | ReturnType<typeof syntax> {
  let segment = part;
  if (part.includes('%')) {
    if (/%(?![0-9A-Fa-f]{2})/.test(part)) return syntax('the path holds a malformed percent-encoding');
    try {
      segment = decodeURIComponent(part);
    } catch {
      // The escapes are well-formed, so what is wrong is what they spell.
      return syntax('the path is not valid UTF-8');
    }
  }
  if (!segment.isWellFormed()) return syntax('the path is not valid Unicode');
  if (/[\0-\x1f\x7f-\x9f]/.test(segment)) return syntax('the path holds a control character');
  if (segment.includes('/')) return syntax('a name holds a slash');
  if (segment === '.' || segment === '..') return syntax('the path holds a dot segment');
  return segment;
}

function syntax(reason: string): { readonly ok: false; readonly code: 'syntax'; readonly reason: string } {
  return { ok: false, code: 'syntax', reason };
}

function tooLong(reason: string): { readonly ok: false; readonly code: 'too-long'; readonly reason: string } {
  return { ok: false, code: 'too-long', reason };
}
