/** Principals as the answer of a report. */
import type { Principal } from '../../ports/directory.ts';
import type { PropfindRequest } from '../../wire/dav/propfind.ts';
import type { Context } from '../context.ts';
import { principalHref } from '../paths.ts';
import type { Item } from '../properties/item.ts';
import { compileSelection } from '../properties/select.ts';
import { writeItems } from '../properties/write.ts';

export async function answerPrincipals(
  context: Context,
  principals: readonly Principal[],
  properties: PropfindRequest,
): Promise<void> {
  const items = principals.map((principal): Item => ({
    kind: 'principal',
    href: principalHref(principal.address),
    principal,
  }));
  const selection = compileSelection(properties, false);
  const answer = context.exchange.multistatus();
  await writeItems(context, answer, undefined, items, selection);
  answer.end();
}
