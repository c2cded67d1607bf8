/** The `If` header (RFC 4918 §10.4). Only its grammar: whether a list holds is decided where the resources are known. */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';
import { scanEntityTag } from '../http/entity-tag.ts';

export interface IfCondition {
  readonly not: boolean;
  readonly kind: 'token' | 'etag';
  /** A state token without its angle brackets, or the opaque part of an entity tag without its quotes. */
  readonly value: string;
  /** Whether an entity tag was marked `W/`; false for a token. */
  readonly weak: boolean;
}

/** Conditions of which all must hold; of the lists, one that holds is enough. */
export interface IfList {
  /** The resource tag without its angle brackets, as sent; undefined: the list is about the request's own resource. */
  readonly resource: string | undefined;
  /** At least one. */
  readonly conditions: readonly IfCondition[];
}

/** Parses the value of an `If` header into its lists, in order; at least one. */
export function parseIf(header: string): Parsed<readonly IfList[]> {
  return new IfParser(header).parse();
}

/** Every state token in the header, once each: naming one, even behind `Not`, submits it (RFC 4918 §10.4.1). */
export function ifTokens(lists: readonly IfList[]): readonly string[] {
  const tokens = new Set<string>();
  for (const list of lists) {
    for (const condition of list.conditions) if (condition.kind === 'token') tokens.add(condition.value);
  }
  return [...tokens];
}

// RFC 3986 §4.3: a scheme, then characters that a URI can hold. Non-ASCII octets do not belong in one.
const absoluteUri = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x23-\x3b\x3d\x3f-\x7e]+$/;
// RFC 4918 §8.3: Simple-ref is an absolute URI or an absolute path with an optional query.
const absolutePath = /^\/[\x21\x23-\x3b\x3d\x3f-\x7e]*$/;

class IfParser {
  readonly #header: string;
  #at = 0;

  constructor(header: string) {
    this.#header = header;
  }

  parse(): Parsed<readonly IfList[]> {
    const lists: IfList[] = [];
    let resource: string | undefined;
    let bareTag = false;
    for (this.#skipSpace(); this.#at < this.#header.length; this.#skipSpace()) {
      const next = this.#header[this.#at];
      if (next === '<') {
        // RFC 4918 §10.4.2: either every list is tagged or none is.
        if (bareTag || (lists.length > 0 && resource === undefined))
          return this.#refuse('a resource tag is out of place');
        const tag = this.#bracketed();
        if (tag === undefined || !(absoluteUri.test(tag) || absolutePath.test(tag))) {
          return this.#refuse('a resource tag is not a URI or an absolute path');
        }
        resource = tag;
        bareTag = true;
      } else if (next === '(') {
        const conditions = this.#list();
        if (!conditions.ok) return conditions;
        lists.push({ resource, conditions: conditions.value });
        bareTag = false;
      } else {
        return this.#refuse('neither a resource tag nor a list');
      }
    }
    if (bareTag) return this.#refuse('a resource tag without a list');
    return lists.length === 0 ? this.#refuse('no list') : accept(lists);
  }

  #list(): Parsed<readonly IfCondition[]> {
    this.#at += 1;
    const conditions: IfCondition[] = [];
    for (;;) {
      this.#skipSpace();
      if (this.#header[this.#at] === ')') {
        this.#at += 1;
        return conditions.length === 0 ? this.#refuse('an empty list') : accept(conditions);
      }
      const condition = this.#condition();
      if (!condition.ok) return condition;
      conditions.push(condition.value);
    }
  }

  #condition(): Parsed<IfCondition> {
    const not = this.#not();
    switch (this.#header[this.#at]) {
      case '<': {
        const token = this.#bracketed();
        if (token === undefined || !absoluteUri.test(token))
          return this.#refuse('a state token is not an absolute URI');
        return accept({ not, kind: 'token', value: token, weak: false });
      }
      case '[': {
        const tag = scanEntityTag(this.#header, this.#at + 1);
        if (tag === undefined || this.#header[tag.end] !== ']') return this.#refuse('an entity tag is malformed');
        this.#at = tag.end + 1;
        return accept({ not, kind: 'etag', value: tag.value, weak: tag.weak });
      }
      default:
        return this.#refuse('neither a state token nor an entity tag');
    }
  }

  #not(): boolean {
    const word = this.#header.slice(this.#at, this.#at + 3);
    if (word.toLowerCase() !== 'not') return false;
    this.#at += 3;
    this.#skipSpace();
    return true;
  }

  /** What stands between `<` here and the next `>`; undefined when there is none. */
  #bracketed(): string | undefined {
    const end = this.#header.indexOf('>', this.#at);
    if (end === -1) return undefined;
    const inside = this.#header.slice(this.#at + 1, end);
    this.#at = end + 1;
    return inside;
  }

  #skipSpace(): void {
    while (this.#header[this.#at] === ' ' || this.#header[this.#at] === '\t') this.#at += 1;
  }

  #refuse(what: string): { readonly ok: false; readonly reason: string } {
    return refuse(`the If header does not parse at character ${this.#at + 1}: ${what}`);
  }
}
