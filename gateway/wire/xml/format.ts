/** Text and trees as XML. Multistatus bodies are written as strings; this is where their text is made safe. */
import type { XmlAttribute, XmlElement } from './element.ts';

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';

// What XML 1.0 §2.2 leaves out, lone surrogates aside. A carriage return would come back as a line feed (XML 1.0 §2.11).
const specialInText = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const specialInTextAll = /[&<>\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;
// Tab and line feed would come back as spaces (XML 1.0 §3.3.3).
const specialInAttribute = /[&<>"\t\n\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
const specialInAttributeAll = /[&<>"\t\n\r\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

// NameStartChar and NameChar of XML 1.0 §2.3 without the colon, as Namespaces in XML 1.0 §4 wants local names.
const nameStart =
  'A-Z_a-z\\u{c0}-\\u{d6}\\u{d8}-\\u{f6}\\u{f8}-\\u{2ff}\\u{370}-\\u{37d}\\u{37f}-\\u{1fff}\\u{200c}\\u{200d}\\u{2070}-\\u{218f}' +
  '\\u{2c00}-\\u{2fef}\\u{3001}-\\u{d7ff}\\u{f900}-\\u{fdcf}\\u{fdf0}-\\u{fffd}\\u{10000}-\\u{effff}';
const ncName = new RegExp(`^[${nameStart}][${nameStart}\\-.0-9\\u{b7}\\u{300}-\\u{36f}\\u{203f}\\u{2040}]*$`, 'u');

/** Whether a text can be the local name of an element or attribute. Needed for names that arrive as text, not as markup. */
export function isNcName(text: string): boolean {
  return ncName.test(text);
}

/** Text between tags. Characters that XML 1.0 cannot hold become U+FFFD. */
export function escapeText(text: string): string {
  const safe = text.isWellFormed() ? text : text.toWellFormed();
  return specialInText.test(safe) ? safe.replace(specialInTextAll, escapeCharacter) : safe;
}

/** A value between double quotes. Characters that XML 1.0 cannot hold become U+FFFD. */
export function escapeAttribute(text: string): string {
  const safe = text.isWellFormed() ? text : text.toWellFormed();
  return specialInAttribute.test(safe) ? safe.replace(specialInAttributeAll, escapeCharacter) : safe;
}

function escapeCharacter(character: string): string {
  switch (character) {
    case '&':
      return '&amp;';
    case '<':
      return '&lt;';
    case '>':
      return '&gt;';
    case '"':
      return '&quot;';
    case '\t':
      return '&#9;';
    case '\n':
      return '&#10;';
    case '\r':
      return '&#13;';
    default:
      return '\ufffd';
  }
}

/**
 * The element as a piece of XML that stands on its own: it declares every namespace that it uses and carries the `xml:lang`
 * that was in scope where it was read. Prefixes are kept where they can be (RFC 4918 §4.3).
 */
export function formatElement(element: XmlElement): string {
  const own = element.attributes.some((one) => one.name === 'lang' && one.namespace === xmlNamespace);
  const lang = own || element.lang === undefined ? '' : ` xml:lang="${escapeAttribute(element.lang)}"`;
  return formatWithin(element, new Scope(), lang);
}

/** What is inside the element, each piece standing on its own. */
export function formatContent(element: XmlElement): string {
  let result = '';
  for (const child of element.children) result += typeof child === 'string' ? escapeText(child) : formatElement(child);
  return result;
}

function formatWithin(element: XmlElement, scope: Scope, extra: string): string {
  const before = scope.enter();
  const name = scope.elementName(element);
  let attributes = extra;
  for (const one of element.attributes) {
    attributes += ` ${scope.attributeName(one)}="${escapeAttribute(one.value)}"`;
  }
  let result = `<${name}${attributes}${scope.declarationsSince(before)}`;
  if (element.children.length === 0) {
    result += '/>';
  } else {
    result += '>';
    for (const child of element.children) {
      result += typeof child === 'string' ? escapeText(child) : formatWithin(child, scope, '');
    }
    result += `</${name}>`;
  }
  scope.leave(before);
  return result;
}

interface Declaration {
  readonly prefix: string;
  readonly namespace: string;
  /** What the prefix meant outside. */
  readonly outer: string | undefined;
}

/** What prefixes mean at one place of the document that is being written; one map with a log, so that nesting copies nothing. */
class Scope {
  readonly #meaning = new Map<string, string>([['', '']]);
  readonly #log: Declaration[] = [];
  /** Prefixes that the element being started already uses, which may therefore not get another meaning on it. */
  readonly #used = new Set<string>();

  /** @returns where the log stood, for `declarationsSince` and `leave` */
  enter(): number {
    this.#used.clear();
    return this.#log.length;
  }

  leave(mark: number): void {
    while (this.#log.length > mark) {
      const last = this.#log.pop();
      if (last === undefined) return;
      if (last.outer === undefined) this.#meaning.delete(last.prefix);
      else this.#meaning.set(last.prefix, last.outer);
    }
  }

  declarationsSince(mark: number): string {
    let result = '';
    for (let index = mark; index < this.#log.length; index += 1) {
      const { prefix, namespace } = this.#log[index] as Declaration;
      result += ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeAttribute(namespace)}"`;
    }
    return result;
  }

  elementName(element: XmlElement): string {
    const prefix = this.#bind(element.namespace === '' ? '' : element.prefix, element.namespace);
    return prefix === '' ? element.name : `${prefix}:${element.name}`;
  }

  attributeName(attribute: XmlAttribute): string {
    // The default namespace does not apply to attributes (Namespaces in XML 1.0 §6.2).
    if (attribute.namespace === '') return attribute.name;
    return `${this.#bind(attribute.prefix === '' ? 'ns' : attribute.prefix, attribute.namespace)}:${attribute.name}`;
  }

  /** @returns the prefix that stands for the namespace here: the wanted one unless that already means something else here */
  #bind(wanted: string, namespace: string): string {
    if (namespace === xmlNamespace) return 'xml';
    let prefix = wanted;
    for (let n = 1; this.#taken(prefix, namespace); n += 1) prefix = `${wanted === '' ? 'ns' : wanted}${n}`;
    const outer = this.#meaning.get(prefix);
    if (outer !== namespace) {
      this.#log.push({ prefix, namespace, outer });
      this.#meaning.set(prefix, namespace);
    }
    this.#used.add(prefix);
    return prefix;
  }

  #taken(prefix: string, namespace: string): boolean {
    if (prefix === 'xml' || prefix === 'xmlns') return true;
    return this.#used.has(prefix) && this.#meaning.get(prefix) !== namespace;
  }
}
