/** Content-Disposition of a download (RFC 6266). */

/**
 * `attachment` with the file's name: in ASCII for everyone, and in UTF-8 (RFC 8187) where that says more.
 *
 * @param filename any text; what a path or a header field could be made of is replaced
 */
export function formatAttachment(filename: string): string {
  return formatDisposition('attachment', filename);
}

/** The same with the type to choose; `inline` lets a browser show it. */
export function formatDisposition(type: 'attachment' | 'inline', filename: string): string {
  // RFC 6266 §4.3: no path separators, and control characters have no business in a name.
  const name = filename.toWellFormed().replace(/[/\\\0-\x1f\x7f-\x9f]/g, '_');
  // RFC 6266 Appendix D: percent signs and quotes in the plain form are read differently by different browsers.
  const plain = name.replace(/[^\x20-\x7e]|["%]/gu, '_');
  const start = `${type}; filename="${plain}"`;
  return plain === name ? start : `${start}; filename*=UTF-8''${encodeExtended(name)}`;
}

/** value-chars of RFC 8187 §3.2.1. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);
}
