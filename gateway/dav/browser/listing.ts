/** What a browser gets of a collection: a plain listing with download and upload, streamed; nothing more. */
import { Privilege } from '../../ports/privilege.ts';
import { encodeSegment } from '../../wire/dav/href.ts';
import type { Context } from '../context.ts';
import { itemOf, memberPages } from '../methods/propfind.ts';
import { filesRoot, homeHref } from '../paths.ts';
import type { Item } from '../properties/item.ts';
import { staticMembers } from '../static-members.ts';
import type { NodeTarget, PrincipalTarget, StaticTarget } from '../target.ts';
import { contentSecurityPolicy } from './assets.ts';
import { formatClosing, formatOpening, formatRow } from './page.ts';
import type { Crumb, Row } from './page.ts';
import { textsFor } from './texts.ts';
import type { Texts } from './texts.ts';

const headers = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'private, no-cache',
  Vary: 'Accept-Language',
};

export async function listCollection(context: Context, target: NodeTarget): Promise<void> {
  if (target.node.type !== 'collection') return;
  const texts = textsFor(context.exchange.header('accept-language'));
  const dates = dateFormat(texts);
  const parent = itemOf(target);
  const opening = formatOpening(crumbsOf(target, texts), texts);
  const page = context.exchange.stream(200, headers, opening, '');
  let isEmpty = true;
  for await (const items of memberPages(context, target, parent, target.node)) {
    for (const item of items) page.add(formatRow(rowOf(item, ''), texts, dates));
    isEmpty &&= items.length === 0;
    await page.flush();
  }
  const uploadTo = (target.privileges & Privilege.bind) === 0 ? undefined : target.href;
  page.add(formatClosing({ isEmpty, uploadTo, address: context.viewer.principal.address }, texts));
  page.end();
}

/** The collections of the URL space; a person who opens the host itself is led to the own files. */
export async function listStatic(context: Context, target: StaticTarget | PrincipalTarget): Promise<void> {
  const { exchange, viewer } = context;
  if (target.kind === 'principal' || target.which === 'host' || target.which === 'dav') {
    exchange.send(303, { Location: homeHref(viewer.principal.address) });
    return;
  }
  const texts = textsFor(exchange.header('accept-language'));
  const dates = dateFormat(texts);
  const page = exchange.stream(200, headers, formatOpening([{ href: target.href, name: texts.files }], texts), '');
  const members = await staticMembers(context, target);
  for (const { item, place } of members) {
    page.add(
      formatRow(
        rowOf(item, place?.asked.owner === viewer.principal.id ? viewer.principal.displayName : ''),
        texts,
        dates,
      ),
    );
  }
  page.add(
    formatClosing({ isEmpty: members.length === 0, uploadTo: undefined, address: viewer.principal.address }, texts),
  );
  page.end();
}

function dateFormat(texts: Texts): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(texts.language, { dateStyle: 'medium', timeStyle: 'short' });
}

/** @param fallback the name of what has none of its own: a root */
function rowOf(item: Item, fallback: string): Row {
  if (item.kind === 'principal') {
    return { href: item.href, name: item.principal.displayName, sizeOctets: undefined, modified: undefined };
  }
  if (item.kind === 'static') return { href: item.href, name: item.which, sizeOctets: undefined, modified: undefined };
  const { node } = item;
  const name = item.name ?? (fallback === '' ? decodeURIComponent(item.href.split('/').at(-2) ?? '') : fallback);
  return {
    href: item.href,
    name,
    sizeOctets: node.type === 'resource' ? node.sizeOctets : undefined,
    modified: node.type === 'resource' ? node.modified : undefined,
  };
}

function crumbsOf(target: NodeTarget, texts: Texts): readonly Crumb[] {
  const depth = target.path.length;
  const pieces = target.href.split('/').filter((piece) => piece !== '');
  const root = `/${pieces.slice(0, pieces.length - depth).join('/')}/`;
  const crumbs: Crumb[] = [
    { href: filesRoot, name: texts.files },
    { href: root, name: decodeURIComponent(pieces[pieces.length - depth - 1] ?? '') },
  ];
  let href = root;
  for (const name of target.path) {
    href += `${encodeSegment(name)}/`;
    crumbs.push({ href, name });
  }
  return crumbs;
}
