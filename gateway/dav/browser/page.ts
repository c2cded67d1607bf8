/** The HTML of a listing. */
import { escapeAttribute, escapeText } from '../../wire/xml/format.ts';
import { script, style } from './assets.ts';
import { formatSize } from './texts.ts';
import type { Texts } from './texts.ts';

export interface Crumb {
  readonly href: string;
  readonly name: string;
}

export interface Row {
  readonly href: string;
  readonly name: string;
  /** undefined: a folder. */
  readonly sizeOctets: number | undefined;
  readonly modified: Temporal.Instant | undefined;
}

/** Everything before the first row. @param crumbs from the outermost to the folder itself, at least one */
export function formatOpening(crumbs: readonly Crumb[], texts: Texts): string {
  const here = crumbs[crumbs.length - 1]?.name ?? texts.files;
  const trail = crumbs.map((crumb, index) =>
    index === crumbs.length - 1
      ? `<li><span aria-current="page">${escapeText(crumb.name)}</span></li>`
      : `<li><a href="${escapeAttribute(crumb.href)}">${escapeText(crumb.name)}</a></li>`,
  );
  return (
    `<!doctype html>\n<html lang="${texts.language}"><head><meta charset="utf-8">` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeText(here)} – Passerelle</title>` +
    `<style>${style}</style></head><body>` +
    `<nav aria-label="${escapeAttribute(texts.youAreHere)}"><ol>${trail.join('')}</ol></nav>` +
    `<main><h1>${escapeText(here)}</h1><table><caption>${escapeText(texts.contents(here))}</caption>` +
    `<thead><tr><th scope="col">${texts.name}</th><th scope="col">${texts.size}</th>` +
    `<th scope="col">${texts.modified}</th></tr></thead><tbody>`
  );
}

export function formatRow(row: Row, texts: Texts, dates: Intl.DateTimeFormat): string {
  const isFolder = row.sizeOctets === undefined;
  const label = escapeText(row.name) + (isFolder ? '/' : '');
  const size = row.sizeOctets === undefined ? texts.folder : formatSize(row.sizeOctets, texts);
  const modified =
    row.modified === undefined
      ? ''
      : `<time datetime="${new Date(row.modified.epochMilliseconds).toISOString()}">${dates.format(row.modified.epochMilliseconds)}</time>`;
  return (
    `<tr><th scope="row"><a href="${escapeAttribute(row.href)}">${label}</a></th>` +
    `<td>${size}</td><td>${modified}</td></tr>\n`
  );
}

export interface Closing {
  readonly isEmpty: boolean;
  /** Href of the folder that files may be added to, with its slash; undefined: they may not. */
  readonly uploadTo: string | undefined;
  readonly address: string;
}

export function formatClosing(closing: Closing, texts: Texts): string {
  return (
    `</tbody></table>${closing.isEmpty ? `<p>${texts.empty}</p>` : ''}` +
    (closing.uploadTo === undefined ? '' : uploadForm(closing.uploadTo, texts)) +
    `</main><footer><p>${escapeText(texts.signedInAs(closing.address))}</p></footer></body></html>\n`
  );
}

function uploadForm(folder: string, texts: Texts): string {
  return (
    `<form hidden data-folder="${escapeAttribute(folder)}" data-texts="${escapeAttribute(JSON.stringify(texts.script))}">` +
    `<h2>${texts.upload}</h2>` +
    `<label for="files">${texts.chooseFiles}</label><input id="files" name="files" type="file" multiple required> ` +
    `<button type="submit">${texts.send}</button><p id="status" role="status" aria-live="polite"></p></form>` +
    `<noscript><p>${texts.needsScript}</p></noscript><script>${script}</script>`
  );
}
