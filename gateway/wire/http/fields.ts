/** Shared syntax of header fields: lists and quoted strings (RFC 9110 §5.6). */

/**
 * Splits at a separator that stands outside quoted strings. White space around the pieces is taken off, empty pieces are left
 * out (RFC 9110 §5.6.1.2). A quoted string that never ends takes the rest.
 */
export function splitList(header: string, separator: ',' | ';'): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  for (let at = 0; at <= header.length; at += 1) {
    const character = header[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
      if (at < header.length) continue;
    } else if (character === '"') {
      quoted = true;
      continue;
    }
    if (character !== separator && at < header.length) continue;
    const piece = header.slice(start, at).trim();
    if (piece !== '') pieces.push(piece);
    start = at + 1;
  }
  return pieces;
}

/** A token or quoted string as its value. */
export function unquote(value: string): string {
  if (value.length < 2 || !value.startsWith('"') || !value.endsWith('"')) return value;
  return value.slice(1, -1).replace(/\\(.)/gs, '$1');
}

/** `name=value`, with the white space around both taken off; the value is undefined without an equals sign. */
export function splitPair(piece: string): { readonly name: string; readonly value: string | undefined } {
  const equals = piece.indexOf('=');
  if (equals === -1) return { name: piece.trim(), value: undefined };
  return { name: piece.slice(0, equals).trim(), value: unquote(piece.slice(equals + 1).trim()) };
}
