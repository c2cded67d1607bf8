/** The small tree that XML bodies are read into. */

export interface XmlAttribute {
  /** Empty for an attribute without a prefix. */
  readonly namespace: string;
  readonly name: string;
  readonly prefix: string;
  readonly value: string;
}

export interface XmlElement {
  /** Empty when the element is in no namespace. */
  readonly namespace: string;
  readonly name: string;
  /** As the sender wrote it; empty for the default namespace. Without meaning, kept because RFC 4918 §4.3 asks for it. */
  readonly prefix: string;
  /** In document order, `xml:lang` included; namespace declarations are left out. */
  readonly attributes: readonly XmlAttribute[];
  /** Text and CDATA as strings, never two in a row; comments and processing instructions are left out. */
  readonly children: readonly (XmlElement | string)[];
  /** The `xml:lang` in scope, its own or an ancestor's; undefined when there is none or it was set back to nothing. */
  readonly lang: string | undefined;
}

/** The child elements, without the text between them. */
export function elements(parent: XmlElement): readonly XmlElement[] {
  return parent.children.filter((child) => typeof child !== 'string');
}

/** The first child element of this name. */
export function find(parent: XmlElement, namespace: string, name: string): XmlElement | undefined {
  for (const child of parent.children) {
    if (typeof child !== 'string' && child.name === name && child.namespace === namespace) return child;
  }
  return undefined;
}

/** All text inside, of descendants too, in document order and with its white space. */
export function text(element: XmlElement): string {
  let result = '';
  for (const child of element.children) result += typeof child === 'string' ? child : text(child);
  return result;
}

/** The value of an attribute; `namespace` is empty for one without a prefix. */
export function attribute(element: XmlElement, namespace: string, name: string): string | undefined {
  return element.attributes.find((one) => one.name === name && one.namespace === namespace)?.value;
}

/** Whether an element has this name. */
export function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.name === name && element.namespace === namespace;
}
