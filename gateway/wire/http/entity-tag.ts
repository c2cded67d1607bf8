/** Entity tags (RFC 9110 §8.8.3) and lists of them. */

export interface EntityTag {
  /** The opaque part without its quotes. */
  readonly value: string;
  readonly weak: boolean;
}

/**
 * Reads an entity tag that starts at an index of a text.
 *
 * @returns the tag and the index behind it; undefined when none starts there
 */
export function scanEntityTag(text: string, start: number): (EntityTag & { readonly end: number }) | undefined {
  const weak = text.startsWith('W/', start);
  const open = weak ? start + 2 : start;
  if (text[open] !== '"') return undefined;
  let at = open + 1;
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { value: text.slice(open + 1, at), weak, end: at + 1 };
    // etagc = %x21 / %x23-7E / obs-text; and white space, which RFC 2616 §3.11 allowed and RFC 4918 §10.4.1 has an example of.
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return undefined;
  }
  return undefined;
}

/**
 * The value of If-Match or If-None-Match.
 *
 * @returns `*`, the tags in order (at least one), or undefined when the value is neither
 */
export function parseEntityTags(header: string): '*' | readonly EntityTag[] | undefined {
  if (header.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  let at = 0;
  let expectTag = true;
  while (at < header.length) {
    const code = header[at];
    if (code === ' ' || code === '\t') {
      at += 1;
    } else if (code === ',') {
      // Empty list elements are allowed to arrive (RFC 9110 §5.6.1.2).
      expectTag = true;
      at += 1;
    } else {
      const tag = expectTag ? scanEntityTag(header, at) : undefined;
      if (tag === undefined) return undefined;
      tags.push({ value: tag.value, weak: tag.weak });
      at = tag.end;
      expectTag = false;
    }
  }
  return tags.length === 0 ? undefined : tags;
}

/** A strong entity tag. @param opaque without quotes */
export function formatEntityTag(opaque: string): string {
  return `"${opaque}"`;
}
