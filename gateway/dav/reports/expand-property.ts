/** DAV:expand-property: RFC 3253 §3.8. Hrefs in a property become the properties of what they name, as deep as was asked. */
import { formatPropertyResponse, formatPropName } from '../../wire/dav/multistatus.ts';
import type { PropStat } from '../../wire/dav/multistatus.ts';
import type { ExpandProperty, ReportRequest } from '../../wire/dav/reports.ts';
import { decodePath } from '../../wire/dav/href.ts';
import { elements, text } from '../../wire/xml/element.ts';
import type { XmlElement } from '../../wire/xml/element.ts';
import { escapeText } from '../../wire/xml/format.ts';
import { Privilege } from '../../ports/privilege.ts';
import type { Context } from '../context.ts';
import { DavProblem } from '../errors.ts';
import { itemOf } from '../methods/propfind.ts';
import type { ReportTarget } from '../methods/report.ts';
import { readMultistatus } from '../properties/read-back.ts';
import { loadPage } from '../properties/load.ts';
import { propertyKey } from '../properties/registry.ts';
import { compileSelection } from '../properties/select.ts';

type Request = Extract<ReportRequest, { kind: 'expand-property' }>;

/** Things that one report may open, so that a small request cannot ask for the square of a group. */
const maxExpansions = 1000;
/** UTF-16 units of the values that it may look at. */
const maxLength = 8 * 1024 ** 2;

export async function expandProperty(context: Context, target: ReportTarget, request: Request): Promise<void> {
  const expansion = new Expansion(context);
  const xml = await expansion.response(target, request.properties);
  const answer = context.exchange.multistatus();
  answer.add(xml);
  answer.end();
}

class Expansion {
  readonly #context: Context;
  #left = maxExpansions;
  #lengthLeft = maxLength;

  constructor(context: Context) {
    this.#context = context;
  }

  async response(target: ReportTarget, asked: readonly ExpandProperty[]): Promise<string> {
    this.#left -= 1;
    if (this.#left < 0) throw tooMuch();
    const wanted = merged(asked);
    const item = target.kind === 'node' ? itemOf(target) : target;
    const names = wanted.map(({ name }) => name);
    const selection = compileSelection({ kind: 'prop', names }, true);
    const place = target.kind === 'node' ? target : undefined;
    const page = await loadPage(this.#context.pageSource(place), [item], selection.needs, this.#context.call);
    const formatted = selection.format(item, page);
    this.#lengthLeft -= formatted.length;
    if (this.#lengthLeft < 0) throw tooMuch();
    const values = readMultistatus(formatted);
    let found = '';
    let missing = '';
    for (const { name, properties } of wanted) {
      const value = values.find((one) => one.name === name.name && one.namespace === name.namespace);
      if (value === undefined) missing += formatPropName(name);
      else found += properties.length === 0 ? value.xml : await this.#expanded(value.element, properties);
    }
    const propstats: PropStat[] = [{ status: 200, xml: found }];
    if (missing !== '') propstats.push({ status: 404, xml: missing });
    return formatPropertyResponse(target.href, propstats);
  }

  /** RFC 3253 §3.8: each DAV:href in the value is replaced by a DAV:response. */
  async #expanded(element: XmlElement, wanted: readonly ExpandProperty[]): Promise<string> {
    let inner = '';
    for (const child of elements(element)) {
      if (child.namespace === 'DAV:' && child.name === 'href') inner += await this.#follow(text(child).trim(), wanted);
    }
    const name = formatPropName({ namespace: element.namespace, name: element.name });
    const open = name.replace(/\/>$/, '>');
    const tag = /^<([^\s/>]+)/.exec(name)?.[1] ?? '';
    return `${open}${inner}</${tag}>`;
  }

  async #follow(href: string, wanted: readonly ExpandProperty[]): Promise<string> {
    // In a dead property it may be anything that a person wrote.
    if (!decodePath(href).ok) return `<D:href>${escapeText(href)}</D:href>`;
    const target = await this.#context.locate(href);
    const readable =
      target.kind === 'principal' ||
      target.kind === 'static' ||
      (target.kind === 'node' && (target.privileges & Privilege.read) !== 0);
    return readable ? this.response(target, wanted) : `<D:href>${escapeText(href)}</D:href>`;
  }
}

/** Each property once; what was asked below several of the same name is asked below the one. */
function merged(asked: readonly ExpandProperty[]): readonly ExpandProperty[] {
  return [...Map.groupBy(asked, ({ name }) => propertyKey(name)).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : [{ ...first, properties: [first, ...others].flatMap(({ properties }) => properties) }],
  );
}

function tooMuch(): DavProblem {
  return new DavProblem(403, 'this would open too much', '<D:number-of-matches-within-limits/>');
}
