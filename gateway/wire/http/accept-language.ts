/** Accept-Language (RFC 9110 §12.5.4), matched by lookup (RFC 4647 §3.4). */
import { splitList, splitPair } from './fields.ts';

/**
 * The supported language that the client likes best.
 *
 * @param supported language tags, the first is the default; at least one
 * @returns one of `supported`, as it is written there
 */
export function pickLanguage(header: string | undefined, supported: readonly string[]): string {
  const fallback = supported[0] ?? 'en';
  const wishes = splitList(header ?? '', ',').map(parseWish);
  // Sorting keeps the order of equals, so that of two equal wishes the first one wins.
  wishes.sort((a, b) => b.quality - a.quality);
  for (const { tag, quality } of wishes) {
    if (quality === 0) break;
    const found = tag === '*' ? fallback : lookup(tag, supported);
    if (found !== undefined) return found;
  }
  return fallback;
}

function parseWish(piece: string): { readonly tag: string; readonly quality: number } {
  const [tag = '', ...parameters] = splitList(piece, ';');
  let quality = 1;
  for (const parameter of parameters) {
    const { name, value } = splitPair(parameter);
    // RFC 9110 §12.4.2; a weight that is none counts as not liked at all.
    if (name.toLowerCase() === 'q')
      quality = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value ?? '') ? Number(value) : 0;
  }
  return { tag: tag.toLowerCase(), quality };
}

/** Takes subtags off the end until something fits; `fr-CA` also finds `fr`, and `fr` a supported `fr-FR`. */
function lookup(tag: string, supported: readonly string[]): string | undefined {
  for (let range = tag; range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    const exact = supported.find((one) => one.toLowerCase() === range);
    if (exact !== undefined) return exact;
  }
  return supported.find((one) => one.toLowerCase().startsWith(`${tag}-`));
}
