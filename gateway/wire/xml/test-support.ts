/** For tests: bodies written as text. */
import type { XmlElement } from './element.ts';
import type { XmlLimits, XmlResult } from './parser.ts';
import { parseXml } from './parser.ts';

/** Parses what must be well-formed. */
export function xmlOf(source: string): XmlElement {
  const result = parseXml(Buffer.from(source));
  if (!result.ok || result.root === undefined) throw new Error(`the fixture does not parse: ${JSON.stringify(result)}`);
  return result.root;
}

/** What a body is refused for; `ok` when it is not. */
export function outcomeOf(
  source: string | Uint8Array,
  limits?: XmlLimits,
): 'ok' | Exclude<XmlResult, { ok: true }>['code'] {
  const result = parseXml(typeof source === 'string' ? Buffer.from(source) : source, limits);
  return result.ok ? 'ok' : result.code;
}
