import type { XmlElement } from '../../gateway/wire/xml/element.ts';
import { elements } from '../../gateway/wire/xml/element.ts';
import { XmlParser } from '../../gateway/wire/xml/parser.ts';
import { CaseFailure } from '../case/outcome.ts';
import type { HttpResponse } from '../http/response.ts';
import type { QualifiedName } from './names.ts';
import { clark, dav } from './names.ts';

/** Wide enough for what any server may answer a case with. */
const answerLimits = { octets: 67_108_864, depth: 256, elements: 1_000_000, attributes: 256 };

/** Parses octets; a sentence when they are not namespace-well-formed XML. */
export function parseXml(octets: Uint8Array): XmlElement | string {
  const parser = new XmlParser(answerLimits);
  const early = parser.write(octets);
  const result = early ?? parser.end();
  if (!result.ok) return result.reason;
  return result.root ?? 'the body is empty';
}

/** Parses the content of an answer, which must be well-formed XML: RFC 4918 §8.2. */
export function xmlOf(response: HttpResponse): XmlElement {
  const root = parseXml(response.body);
  if (typeof root !== 'string') return root;
  throw new CaseFailure(`the answer is not well-formed XML: ${root}`, response.exchange);
}

export function isElement(element: XmlElement, name: QualifiedName): boolean {
  return element.namespace === name.namespace && element.name === name.name;
}

/** The child elements of that name. */
export function childrenOf(parent: XmlElement, name: QualifiedName): readonly XmlElement[] {
  return elements(parent).filter((child) => isElement(child, name));
}

/** All elements of that name in the tree, the top one included, in document order. */
export function descendants(root: XmlElement, name: QualifiedName): readonly XmlElement[] {
  const found = isElement(root, name) ? [root] : [];
  return [...found, ...elements(root).flatMap((child) => descendants(child, name))];
}

/** The name of an element for a report. */
export function nameOf(element: XmlElement): string {
  return clark(element);
}

/**
 * The names of the conditions in a `DAV:error` body: RFC 4918 §16. Empty when the answer has no such body.
 */
export function conditionsOf(response: HttpResponse): readonly string[] {
  if (response.body.length === 0 || !/xml/i.test(response.header('content-type') ?? '')) return [];
  const root = parseXml(response.body);
  if (typeof root === 'string') return [];
  return descendants(root, dav('error')).flatMap((error) => elements(error).map(nameOf));
}

/** Fails unless the answer carries the named condition of `DAV:` in a `DAV:error` body. */
export function ensureCondition(response: HttpResponse, name: string): void {
  if (conditionsOf(response).includes(clark(dav(name)))) return;
  throw new CaseFailure(`the answer has no DAV:error body with DAV:${name}`, response.exchange);
}
