/** DAV:propertyupdate bodies (RFC 4918 §9.2, §14.19). */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';
import type { XmlElement } from '../xml/element.ts';
import { elements, isNamed } from '../xml/element.ts';
import { DAV } from './names.ts';

export interface PropertyInstruction {
  readonly action: 'set' | 'remove';
  /** The property element; its `lang` includes an `xml:lang` of DAV:prop and above (RFC 4918 §4.3). */
  readonly property: XmlElement;
}

/** @returns the instructions in document order, in which they must be carried out (RFC 4918 §9.2); at least one */
export function parsePropertyUpdate(root: XmlElement | undefined): Parsed<readonly PropertyInstruction[]> {
  if (root === undefined) return refuse('a DAV:propertyupdate body is missing');
  if (!isNamed(root, DAV, 'propertyupdate')) return refuse('the root element is not DAV:propertyupdate');
  const instructions: PropertyInstruction[] = [];
  for (const child of elements(root)) {
    const action = actionOf(child);
    if (action === undefined) continue;
    const properties = propertiesOf(child);
    if (properties === undefined) return refuse(`DAV:${action} without DAV:prop`);
    for (const property of properties) instructions.push({ action, property });
  }
  return instructions.length === 0 ? refuse('DAV:propertyupdate names no property') : accept(instructions);
}

/** Properties inside the DAV:prop elements of a DAV:set or DAV:remove; undefined when it has no DAV:prop. */
export function propertiesOf(instruction: XmlElement): readonly XmlElement[] | undefined {
  const props = elements(instruction).filter((child) => isNamed(child, DAV, 'prop'));
  return props.length === 0 ? undefined : props.flatMap((prop) => elements(prop));
}

function actionOf(element: XmlElement): 'set' | 'remove' | undefined {
  if (isNamed(element, DAV, 'set')) return 'set';
  if (isNamed(element, DAV, 'remove')) return 'remove';
  return undefined;
}
