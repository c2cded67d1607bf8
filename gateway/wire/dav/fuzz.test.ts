import test from 'ava';
import type { Parsed } from '../parsed.ts';
import type { XmlElement } from '../xml/element.ts';
import { formatElement, isNcName } from '../xml/format.ts';
import { Random, mutate, seedOf } from '../xml/mutation.ts';
import type { XmlResult } from '../xml/parser.ts';
import { XmlParser, parseXml } from '../xml/parser.ts';
import { outcomeOf } from '../xml/test-support.ts';
import { parseAcl } from './acl.ts';
import * as headers from './headers.ts';
import { decodePath, encodePath } from './href.ts';
import type { IfList } from './if-header.ts';
import { ifTokens, parseIf } from './if-header.ts';
import { parseLockInfo } from './lockinfo.ts';
import { parseMkcol } from './mkcol.ts';
import { formatPropName, multistatusClose, multistatusOpen } from './multistatus.ts';
import { parsePropfind } from './propfind.ts';
import { parsePropertyUpdate } from './proppatch.ts';
import type { ExpandProperty } from './reports.ts';
import { parseReport } from './reports.ts';
import { parseWin32FileAttributes, parseWin32Time } from './win32.ts';

const seed = seedOf(process.env);

const d = 'xmlns:D="DAV:"';
const bodies = [
  `<?xml version="1.0" encoding="utf-8"?>\r\n<D:propfind ${d}><D:prop><D:getetag/><x:a xmlns:x="urn:x"/><b/></D:prop></D:propfind>`,
  `<D:propfind ${d}><D:allprop/><D:include><D:quota-used-bytes/></D:include></D:propfind>`,
  `<propfind xmlns="DAV:"><propname/></propfind>`,
  `<D:propertyupdate ${d} xml:lang="fr"><D:set><D:prop><Z:a xmlns:Z="urn:z" Z:k="1">é<![CDATA[<&]]>&amp;&#x1F600;<b xmlns="u" xml:lang=""/></Z:a></D:prop></D:set><D:remove><D:prop><D:x/></D:prop></D:remove></D:propertyupdate>`,
  `<D:mkcol ${d}><D:set><D:prop><D:resourcetype><D:collection/></D:resourcetype><D:displayname>x</D:displayname></D:prop></D:set></D:mkcol>`,
  `<D:lockinfo ${d}><D:lockscope><D:exclusive/></D:lockscope><D:locktype><D:write/></D:locktype><D:owner>a &lt;<D:href>http://x/</D:href></D:owner></D:lockinfo>`,
  `<D:acl ${d}><D:ace><D:invert><D:principal><D:href>/p/</D:href></D:principal></D:invert><D:deny><D:privilege><D:read/></D:privilege></D:deny><D:protected/></D:ace></D:acl>`,
  `<D:acl ${d}><D:ace><D:principal><D:property><D:owner/></D:property></D:principal><D:grant><D:privilege><D:all/></D:privilege></D:grant></D:ace></D:acl>`,
  `<D:sync-collection ${d}><D:sync-token>urn:1</D:sync-token><D:sync-level>1</D:sync-level><D:limit><D:nresults>5</D:nresults></D:limit><D:prop><D:getetag/></D:prop></D:sync-collection>`,
  `<D:expand-property ${d}><D:property name="a"><D:property name="b" namespace="urn:x"/></D:property></D:expand-property>`,
  `<D:principal-match ${d}><D:principal-property><D:owner/></D:principal-property></D:principal-match>`,
  `<D:principal-property-search ${d} test="anyof"><D:property-search><D:prop><D:displayname/></D:prop><D:match>x</D:match></D:property-search></D:principal-property-search>`,
];
const bodyTokens = [
  '<',
  '>',
  '/>',
  '</',
  '&',
  '&lt;',
  '&#0;',
  '&#xD800;',
  '&x;',
  ']]>',
  '<![CDATA[',
  '<!--',
  '-->',
  '<?x ?>',
  '<!DOCTYPE a>',
  '"',
  "'",
  '=',
  ':',
  ' xmlns=""',
  ' xmlns:D=""',
  ' xmlns="DAV:"',
  ' xmlns:D="urn:y"',
  ' xml:lang="de"',
  ' D:name="1"',
  '<D:prop>',
  '</D:prop>',
  '<D:set>',
  '<D:all/>',
  '<a/>',
  '<D:1/>',
  '\r',
  '\0',
  '\u00ff',
  '\ud800',
  '\ufffe',
  'é',
  '😀',
  '-1',
];

/** In pieces whose sizes the generator picks. */
function parseInPieces(random: Random, octets: Uint8Array): XmlResult {
  const parser = new XmlParser();
  for (let at = 0; at < octets.length;) {
    const size = 1 + random.below(random.pick([2, 16, 200]));
    const failure = parser.write(octets.subarray(at, at + size));
    if (failure !== undefined) return failure;
    at += size;
  }
  return parser.end();
}

function assertResult<T>(
  t: { fail(message: string): void },
  input: string,
  parsed: Parsed<T>,
): parsed is { ok: true; value: T } {
  if (!parsed.ok && (typeof parsed.reason !== 'string' || parsed.reason === '')) t.fail(`no reason: ${input}`);
  return parsed.ok;
}

const expansionNames = (all: readonly ExpandProperty[]): readonly string[] =>
  all.flatMap((one) => [one.name.name, ...expansionNames(one.properties)]);

/** What the names and pieces of a request become in an answer must be XML again. */
function answersOf(root: XmlElement): { readonly parsed: readonly Parsed<unknown>[]; readonly xml: string } {
  const propfind = parsePropfind(root);
  const update = parsePropertyUpdate(root);
  const mkcol = parseMkcol(root);
  const lockInfo = parseLockInfo(root);
  const acl = parseAcl(root);
  const report = parseReport(root);
  let xml = '';
  if (propfind.ok && propfind.value.kind === 'prop') xml += propfind.value.names.map(formatPropName).join('');
  if (update.ok) xml += update.value.map(({ property }) => formatElement(property) + formatPropName(property)).join('');
  if (mkcol.ok) xml += mkcol.value.properties.map(formatElement).join('');
  if (lockInfo.ok) xml += `<D:owner>${lockInfo.value.ownerXml}</D:owner>`;
  if (acl.ok) xml += acl.value.flatMap((entry) => entry.privileges.map(formatPropName)).join('');
  if (report.ok && report.value.kind === 'expand-property') {
    xml += expansionNames(report.value.properties)
      .map((name) => formatPropName({ namespace: 'DAV:', name }))
      .join('');
  }
  return { parsed: [propfind, update, mkcol, lockInfo, acl, report], xml };
}

test(`rfc4918 17: 10,000 spoilt bodies are read or refused, and answers to them are XML (seed ${seed})`, (t) => {
  const random = new Random(seed);
  let accepted = 0;
  for (let round = 0; round < 10_000; round += 1) {
    const body = mutate(random, bodies, bodyTokens);
    const octets = random.below(8) === 0 ? Buffer.from(`\ufeff${body}`, 'utf16le') : Buffer.from(body);
    // An octet of its own, to break characters apart.
    if (octets.length > 0 && random.below(8) === 0) octets[random.below(octets.length)] = random.below(256);
    const whole = parseXml(octets);
    const pieces = parseInPieces(random, octets);
    if (!whole.ok) {
      if (pieces.ok || pieces.code !== whole.code) t.fail(`pieces make a difference: ${body}`);
      continue;
    }
    t.deepEqual(pieces, whole, body);
    if (whole.root === undefined) continue;
    accepted += 1;
    if (!isNcName(whole.root.name)) t.fail(`not a name: ${body}`);
    t.deepEqual(parseXml(Buffer.from(formatElement(whole.root))), whole, body);
    const { parsed, xml } = answersOf(whole.root);
    for (const one of parsed) assertResult(t, body, one);
    if (outcomeOf(multistatusOpen + xml + multistatusClose) !== 'ok') t.fail(`the answer is not XML: ${xml}`);
  }
  t.true(accepted > 500, `${accepted} of them were well-formed`);
});

const fields = [
  '(<urn:uuid:181d4fae-7d8c-11d0-a765-00a0c91e6bf2> ["I am an ETag"]) (Not <DAV:no-lock> [W/"a"])',
  '</a/b> (<opaquelocktoken:x>) (["1"]) <http://h/c> (Not ["2"])',
  '/a/b%20c/%C3%A9/..x/',
  'https://example.com:443/a//b/%2e%2E',
  'Infinite, Second-4100000000',
  'Tue, 05 Sep 2023 10:20:30 GMT',
  '<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>',
  '1700000000.5',
  '00000020',
  'infinity',
];
const fieldTokens = [
  '(',
  ')',
  '<',
  '>',
  '[',
  ']',
  '"',
  'Not ',
  'W/',
  '/',
  '//',
  '..',
  '%2F',
  '%00',
  '%',
  '%E9',
  ',',
  ' ',
  '\0',
  '\r\n',
  'é',
  '\ud800',
  '-',
  '9'.repeat(30),
];

/** The header that says this. */
function formatIf(lists: readonly IfList[]): string {
  return lists
    .map(({ resource, conditions }) => {
      const inside = conditions.map(({ not, kind, value, weak }) => {
        const state = kind === 'token' ? `<${value}>` : `[${weak ? 'W/' : ''}"${value}"]`;
        return not ? `Not ${state}` : state;
      });
      return `${resource === undefined ? '' : `<${resource}>`}(${inside.join(' ')})`;
    })
    .join(' ');
}

test(`rfc4918 10: 20,000 spoilt header values are read or refused, and mean the same when written again (seed ${seed})`, (t) => {
  const random = new Random(seed + 1);
  let lists = 0;
  let paths = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const value = mutate(random, fields, fieldTokens);
    const parsed = parseIf(value);
    if (assertResult(t, value, parsed)) {
      lists += 1;
      ifTokens(parsed.value);
      t.deepEqual(parseIf(formatIf(parsed.value)), parsed, value);
    }
    const path = decodePath(value);
    if (path.ok) {
      paths += 1;
      const again = { ...path, collection: path.collection || path.segments.length === 0 };
      t.deepEqual(decodePath(encodePath(path.segments, path.collection)), again, value);
    }
    const destination = headers.parseDestination(value);
    if (destination.ok && !/^\/[\x21-\x7e\u0100-\uffff]*$/.test(destination.path)) t.fail(`not a path: ${value}`);
    const timeout = headers.parseTimeout(value);
    if (typeof timeout === 'number' && !(timeout >= 1 && timeout < 2 ** 32)) t.fail(`not a time-out: ${value}`);
    const token = headers.parseLockToken(value);
    if (token !== undefined && /[<>\s]/.test(token)) t.fail(`not a token: ${value}`);
    if (!['0', '1', 'infinity', 'invalid'].includes(headers.parseDepth(value) ?? '')) t.fail(`not a depth: ${value}`);
    if (![true, false, 'invalid'].includes(headers.parseOverwrite(value))) t.fail(`not a choice: ${value}`);
    const mtime = headers.parseOcMtime(value);
    if (mtime !== 'invalid' && !Number.isSafeInteger(mtime)) t.fail(`not a time: ${value}`);
    for (const number of [
      headers.parseExpectedEntityLength(value),
      parseWin32FileAttributes(value),
      parseWin32Time(value),
    ]) {
      if (number !== undefined && !Number.isSafeInteger(number)) t.fail(`not a whole number: ${value}`);
    }
  }
  t.true(lists > 200 && paths > 200, `${lists} were If headers, ${paths} were paths`);
});
