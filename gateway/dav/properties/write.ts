/** Writes the responses of items, a few at a time: neither many properties nor long ones are all in memory at once. */
import type { Context } from '../context.ts';
import type { TextStream } from '../exchange.ts';
import type { TreePlace } from '../target.ts';
import type { Item } from './item.ts';
import { loadPage } from './load.ts';
import type { Selection } from './select.ts';

/** Resources whose dead properties are in memory at a time. */
const mostLoaded = 64;
/** What a group counts for: its members may be many. */
const groupWeight = 16;

/**
 * @param place where the items lie; undefined for principals and static collections
 * @param onXml is told each response after it was added
 */
export async function writeItems(
  context: Context,
  answer: TextStream,
  place: TreePlace | undefined,
  items: readonly Item[],
  selection: Selection,
  onXml?: (xml: string) => void,
): Promise<void> {
  for (const slice of slices(items)) {
    const page = await loadPage(context.pageSource(place), slice, selection.needs, context.call);
    for (const item of slice) {
      const xml = selection.format(item, page);
      answer.add(xml);
      onXml?.(xml);
      if (answer.isFull) await answer.flush();
    }
  }
}

/** All at once where there is little to load. */
function* slices(items: readonly Item[]): Generator<readonly Item[]> {
  let start = 0;
  let loaded = 0;
  for (const [index, item] of items.entries()) {
    loaded += weightOf(item);
    if (loaded < mostLoaded) continue;
    yield items.slice(start, index + 1);
    start = index + 1;
    loaded = 0;
  }
  if (start < items.length) yield start === 0 ? items : items.slice(start);
}

function weightOf(item: Item): number {
  if (item.kind === 'node') return item.node.hasProperties ? 1 : 0;
  return item.kind === 'principal' && item.principal.kind === 'group' ? groupWeight : 0;
}
