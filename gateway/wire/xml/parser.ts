/**
 * XML bodies of requests into small trees.
 *
 * Accepts well-formed XML 1.0 with namespaces (RFC 4918 §17 asks for both) in UTF-8, or in UTF-16 with a byte order mark. A
 * document type declaration is refused, and with it every entity but the five of XML itself: no expansion, no outside
 * reference (RFC 4918 §20.6). Work and memory are linear in the octets, which are limited.
 */
import { SaxesParser } from 'saxes';
import type { SaxesTagNS } from 'saxes';
import type { XmlAttribute, XmlElement } from './element.ts';
import { XmlDecoder } from './decoder.ts';
import { isNcName } from './format.ts';

export interface XmlLimits {
  /** Octets of the body as sent. */
  readonly octets: number;
  /** Elements within one another. */
  readonly depth: number;
  /** Elements in all. */
  readonly elements: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number;
}

export const defaultXmlLimits: XmlLimits = { octets: 1_048_576, depth: 64, elements: 50_000, attributes: 64 };

export type XmlResult =
  /** `root` is undefined when the body was empty. */
  | { readonly ok: true; readonly root: XmlElement | undefined }
  /** `syntax`: not XML as said above; `too-large`: more octets, `limit-exceeded`: more of another kind than is allowed. */
  | { readonly ok: false; readonly code: 'syntax' | 'too-large' | 'limit-exceeded'; readonly reason: string };

type XmlFailure = Extract<XmlResult, { ok: false }>;

/** Leaves the tokenizer from within one of its callbacks; never leaves this file. */
class Refusal extends Error {
  readonly failure: XmlFailure;
  constructor(code: XmlFailure['code'], reason: string) {
    super(reason);
    this.failure = { ok: false, code, reason };
  }
}

const saxesOptions = { xmlns: true, forceXMLVersion: true, defaultXMLVersion: '1.0' } as const;

/** saxes goes on behind a mistake unless told otherwise; this stops at the first. */
class Tokenizer extends SaxesParser<typeof saxesOptions> {
  override fail(message: string): never {
    // The message quotes names from the body, however long they are.
    throw new Refusal('syntax', this.makeError(message).message.slice(0, 200).toWellFormed());
  }
}

/** An element whose end has not been seen. */
type OpenElement = { -readonly [Key in keyof XmlElement]: XmlElement[Key] } & { children: (XmlElement | string)[] };

const xmlNamespace = 'http://www.w3.org/XML/1998/namespace';
const xmlnsNamespace = 'http://www.w3.org/2000/xmlns/';
const noAttributes: readonly XmlAttribute[] = [];

/**
 * UTF-16 units of a namespace name or `xml:lang`. Such a value is written again with every element that it applies to, so a
 * long one at the root would grow an answer to its product with the number of elements.
 */
const longestRepeatedValue = 256;

/** One body: `write` its octets in any pieces, then `end`. */
export class XmlParser {
  readonly #limits: XmlLimits;
  readonly #decoder = new XmlDecoder();
  readonly #saxes = new Tokenizer(saxesOptions);
  readonly #open: OpenElement[] = [];
  #root: XmlElement | undefined;
  #octets = 0;
  #elements = 0;
  #failure: XmlFailure | undefined;

  constructor(limits: XmlLimits = defaultXmlLimits) {
    this.#limits = limits;
    const saxes = this.#saxes;
    // Without a prototype, because names such as `constructor` would be found in one.
    saxes.ENTITIES = Object.assign(Object.create(null) as Record<string, string>, {
      amp: '&',
      gt: '>',
      lt: '<',
      quot: '"',
      apos: "'",
    });
    // Each handler becomes a property of the tokenizer under a computed name. From the seventh on V8 keeps that object as a
    // hash table, and parsing takes six times as long; so there are five, and the rest is done in them.
    saxes.on('doctype', () => {
      throw new Refusal('syntax', 'a document type declaration is not accepted');
    });
    saxes.on('opentag', (tag) => this.#openTag(tag));
    saxes.on('closetag', () => {
      this.#open.pop();
    });
    saxes.on('text', (text) => this.#text(text));
    saxes.on('cdata', (text) => this.#text(text));
  }

  /** @returns the failure as soon as it is known, and again at every later call; undefined: so far so good */
  write(chunk: Uint8Array): XmlResult | undefined {
    if (this.#failure !== undefined) return this.#failure;
    this.#octets += chunk.length;
    if (this.#octets > this.#limits.octets) {
      this.#failure = { ok: false, code: 'too-large', reason: `the body is larger than ${this.#limits.octets} octets` };
      return this.#failure;
    }
    this.#feed(this.#decoder.write(chunk));
    return this.#failure;
  }

  end(): XmlResult {
    if (this.#failure !== undefined) return this.#failure;
    if (this.#octets === 0) return { ok: true, root: undefined };
    this.#feed(this.#decoder.end());
    if (this.#failure === undefined) this.#guard(() => this.#saxes.close());
    return this.#failure ?? { ok: true, root: this.#root };
  }

  /** @param text undefined: the octets are not text in the encoding that they should be in */
  #feed(text: string | undefined): void {
    if (text === undefined) {
      this.#failure = { ok: false, code: 'syntax', reason: 'the body is not valid UTF-8 or UTF-16' };
    } else if (text !== '') {
      this.#guard(() => this.#saxes.write(text));
    }
  }

  #guard(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#failure = error.failure;
    }
  }

  #openTag(tag: SaxesTagNS): void {
    const parent = this.#open.at(-1);
    if (parent === undefined && !this.#decoder.agreesWith(this.#saxes.xmlDecl.encoding)) {
      throw new Refusal('syntax', 'the declared encoding is not supported');
    }
    this.#elements += 1;
    if (this.#elements > this.#limits.elements) throw new Refusal('limit-exceeded', 'too many elements');
    if (this.#open.length >= this.#limits.depth) throw new Refusal('limit-exceeded', 'elements nest too deep');
    checkLocalName(tag.local);
    const attributes = attributesOf(tag, this.#limits.attributes);
    const element: OpenElement = {
      namespace: tag.uri,
      name: tag.local,
      prefix: tag.prefix,
      attributes,
      children: [],
      lang: langOf(attributes, parent?.lang),
    };
    if (parent === undefined) this.#root = element;
    else parent.children.push(element);
    this.#open.push(element);
  }

  #text(text: string): void {
    const children = this.#open.at(-1)?.children;
    if (children === undefined || text === '') return;
    const last = children.at(-1);
    if (typeof last === 'string') children[children.length - 1] = last + text;
    else children.push(text);
  }
}

/** A whole body at once. */
export function parseXml(body: Uint8Array, limits?: XmlLimits): XmlResult {
  const parser = new XmlParser(limits);
  return parser.write(body) ?? parser.end();
}

/**
 * saxes checks how a whole name starts, but not how its local part does behind a prefix (Namespaces in XML 1.0 §4), and an
 * answer may write the local part with another prefix or none.
 *
 * @throws Refusal
 */
function checkLocalName(name: string): void {
  const first = name.charCodeAt(0) | 0x20;
  if (first >= 0x61 && first <= 0x7a) return;
  if (!isNcName(name)) throw new Refusal('syntax', 'a local name starts with a character that no name starts with');
}

/** @throws Refusal */
function attributesOf(tag: SaxesTagNS, limit: number): readonly XmlAttribute[] {
  let attributes: XmlAttribute[] | undefined;
  let count = 0;
  // The map has no prototype. Walking it costs an element without attributes nothing, and most have none.
  for (const key in tag.attributes) {
    const one = tag.attributes[key];
    if (one === undefined) continue;
    count += 1;
    if (count > limit) throw new Refusal('limit-exceeded', 'too many attributes');
    const isDeclaration = one.uri === xmlnsNamespace;
    if ((isDeclaration || one.uri === xmlNamespace) && one.value.length > longestRepeatedValue) {
      throw new Refusal('limit-exceeded', 'a namespace name or language tag is too long');
    }
    if (isDeclaration) continue;
    checkLocalName(one.local);
    attributes ??= [];
    attributes.push({ namespace: one.uri, name: one.local, prefix: one.prefix, value: one.value });
  }
  return attributes ?? noAttributes;
}

function langOf(attributes: readonly XmlAttribute[], inherited: string | undefined): string | undefined {
  for (const one of attributes) {
    // An empty value takes the inherited language away (XML 1.0 §2.12).
    if (one.name === 'lang' && one.namespace === xmlNamespace) return one.value === '' ? undefined : one.value;
  }
  return inherited;
}
