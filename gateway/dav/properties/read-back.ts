/** Property values as a tree, for reports that look into what properties say. */
import { multistatusClose, multistatusOpen } from '../../wire/dav/multistatus.ts';
import { elements, find } from '../../wire/xml/element.ts';
import type { XmlElement } from '../../wire/xml/element.ts';
import { formatElement } from '../../wire/xml/format.ts';
import { XmlParser } from '../../wire/xml/parser.ts';

export interface PropertyValue {
  readonly namespace: string;
  readonly name: string;
  readonly element: XmlElement;
  /** The whole element, self-contained. */
  readonly xml: string;
}

/** What was formatted here is as large as it is: its parts had their limits when they came in. */
const unlimited = { octets: Infinity, depth: Infinity, elements: Infinity, attributes: Infinity };

/** @param response one D:response as `Selection.format` gives it @returns the properties that were found in it */
export function readMultistatus(response: string): readonly PropertyValue[] {
  const parser = new XmlParser(unlimited);
  parser.write(Buffer.from(multistatusOpen + response + multistatusClose, 'utf8'));
  const result = parser.end();
  if (!result.ok || result.root === undefined) throw new Error('a response that was formatted here does not parse');
  return elements(result.root)
    .flatMap((one) => elements(one))
    .filter((one) => one.name === 'propstat')
    .flatMap((propstat) => {
      const prop = find(propstat, 'DAV:', 'prop');
      return prop === undefined ? [] : elements(prop);
    })
    .map((element) => ({
      namespace: element.namespace,
      name: element.name,
      element,
      xml: formatElement(element),
    }));
}
