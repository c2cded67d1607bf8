/** RFC 4331: how much a tree holds and may hold. Outside allprop (§2), because it costs the server to know. */
import type { Item, LiveProperty, Page } from './item.ts';

function onCollections(name: string, value: (page: Page) => number | undefined): LiveProperty {
  return {
    namespace: 'DAV:',
    name,
    inAllprop: false,
    followsSequence: true, // a plain resource has none
    needs: ['usage'],
    format: (item: Item, page: Page) => {
      if (item.kind !== 'node' || item.node.type !== 'collection') return undefined;
      const octets = value(page);
      return octets === undefined ? undefined : `<D:${name}>${octets}</D:${name}>`;
    },
  };
}

export const quotaProperties: readonly LiveProperty[] = [
  onCollections('quota-available-bytes', (page) => page.usage?.availableOctets),
  onCollections('quota-used-bytes', (page) => page.usage?.usedOctets),
];
