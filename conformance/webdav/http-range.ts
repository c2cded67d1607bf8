/** RFC 9110 §14: range requests. A server need not support them: then the cases are skipped. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import type { HttpResponse } from '../http/response.ts';
import { readByteRanges } from './support/byteranges.ts';

const { must, should } = casesOf('RFC 9110', ['ranges']);
const content = '0123456789';

async function range(t: Target, value: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
  await t.givenFile('a.txt', content);
  return t.get('a.txt', { Range: value, ...headers });
}

function ensurePart(response: HttpResponse, first: number, last: number): void {
  ensureStatus(response, [206], 'GET of a range');
  // RFC 9110 §14.4: an asterisk stands for a length that is not known.
  const place = (response.header('content-range') ?? '').replace('/*', '/10');
  ensureEqual(place, `bytes ${first}-${last}/10`, 'Content-Range', response);
  ensureEqual(response.text, content.slice(first, last + 1), 'the content', response);
}

function ensureWhole(response: HttpResponse): void {
  ensureStatus(response, [200], 'GET');
  ensureEqual(response.text, content, 'the content', response);
}

const single: readonly (readonly [string, string, number, number])[] = [
  ['first', 'bytes=0-0', 0, 0],
  ['middle', 'bytes=2-5', 2, 5],
  ['open', 'bytes=7-', 7, 9],
  ['suffix', 'bytes=-3', 7, 9],
  ['suffix-too-long', 'bytes=-100', 0, 9],
  ['last-too-large', 'bytes=8-100', 8, 9],
  ['whole', 'bytes=0-9', 0, 9],
];

const singleCases = single.map(([slug, value, first, last]) =>
  must('14.1.2', `single-${slug}`, `Range: ${value} of ten octets returns ${first} to ${last}.`, {}, async (t) =>
    ensurePart(await range(t, value), first, last),
  ),
);

const ignored = ['bytes=5-2', 'bytes=a-b', 'bytes=', 'octets=0-1', 'bytes 0-1'];

const ignoredCases = ignored.map((value, index) =>
  must(
    '14.2',
    `ignored-${index}`,
    `Range: ${value} is no valid byte range: it is ignored or rejected.`,
    {},
    async (t) => {
      const response = await range(t, value);
      // RFC 9110 §14.2: a server may ignore or reject an invalid ranges-specifier.
      if (response.status !== 416 && response.status !== 400) ensureWhole(response);
    },
  ),
);

export const rangeCases = [
  ...singleCases,
  ...ignoredCases,
  must('14.2', 'unknown-unit', 'A range unit that the server does not know is ignored.', {}, async (t) =>
    ensureWhole(await range(t, 'lines=1-2')),
  ),
  must('15.5.17', 'unsatisfiable', 'A range after the end is 416, or ignored.', {}, async (t) => {
    const response = await range(t, 'bytes=10-20');
    if (response.status !== 416) ensureWhole(response);
  }),
  should('15.5.17', 'unsatisfiable-content-range', 'An answer 416 tells the size in Content-Range.', {}, async (t) => {
    const response = await range(t, 'bytes=10-20');
    ensureStatus(response, [416], 'a range after the end');
    ensureEqual(response.header('content-range'), 'bytes */10', 'Content-Range', response);
  }),
  must('14.1.2', 'suffix-zero', 'A suffix of no octets cannot be satisfied.', {}, async (t) => {
    const response = await range(t, 'bytes=-0');
    if (response.status !== 416) ensureWhole(response);
  }),
  must(
    '15.3.7.2',
    'multiple',
    'Several ranges come as correct parts that hold every octet asked for.',
    {},
    async (t) => {
      const body = Buffer.from(Array.from({ length: 5_000 }, (_, index) => index % 251));
      await t.givenFile('a.bin', body);
      const response = await t.get('a.bin', { Range: 'bytes=0-1,2500-2501,4998-4999' });
      if (response.status === 200) return; // A server may ignore a set of ranges.
      ensureStatus(response, [206], 'GET of several ranges');
      ensureEqual(response.header('content-range'), undefined, 'a Content-Range of the whole answer', response);
      const covered = new Set<number>();
      for (const part of readByteRanges(response)) {
        const place = /^bytes (\d+)-(\d+)\/(?:5000|\*)$/.exec(part.contentRange);
        ensure(place !== null, `a part has Content-Range ${part.contentRange}`, response);
        const [first, last] = [Number(place[1]), Number(place[2])];
        const same = part.content === body.subarray(first, last + 1).toString('latin1');
        ensure(same, `the part ${part.contentRange} has other content`, response);
        for (let index = first; index <= last; index += 1) covered.add(index);
      }
      const missing = [0, 1, 2_500, 2_501, 4_998, 4_999].filter((index) => !covered.has(index));
      ensureEqual(missing.join(), '', 'the octets that no part holds', response);
    },
  ),
  must(
    '15.3.7.2',
    'multiple-one-satisfiable',
    'Of several ranges the satisfiable ones are returned.',
    {},
    async (t) => {
      const response = await range(t, 'bytes=2-3,100-200');
      if (response.status === 200) return ensureWhole(response);
      ensureStatus(response, [206], 'GET of two ranges of which one is after the end');
      const multipart = /^multipart\/byteranges/i.test(response.header('content-type') ?? '');
      ensureEqual(multipart ? readByteRanges(response)[0]?.content : response.text, '23', 'the content', response);
    },
  ),
  should('17.15', 'many-overlapping', 'Hundreds of overlapping ranges do not multiply the answer.', {}, async (t) => {
    await t.givenFile('a.bin', Buffer.alloc(100_000, 'x'));
    const set = Array.from({ length: 500 }, () => '0-').join(',');
    const response = await t.get('a.bin', { Range: `bytes=${set}` });
    ensure(response.body.length < 1_000_000, `the answer has ${response.body.length} octets`);
    ensure(response.status < 500, `it was answered with ${response.status}`, response);
  }),
  must('14.2', 'head', 'Range is ignored for HEAD.', {}, async (t) => {
    await t.givenFile('a.txt', content);
    const response = await t.send('HEAD', 'a.txt', { headers: { Range: 'bytes=0-1' } });
    ensureStatus(response, [200], 'HEAD with Range');
    const length = response.header('content-length') ?? '10';
    ensureEqual(length, '10', 'Content-Length', response);
  }),
  must('14.2', 'put', 'Range is ignored for PUT.', {}, async (t) => {
    await t.givenFile('a.txt', content);
    await t.put('a.txt', 'new', { Range: 'bytes=0-2' });
    ensureEqual(await t.content('a.txt'), 'new', 'the content');
  }),
  must(
    '13.1.5',
    'if-range-matches',
    'If-Range with the current entity tag returns the range.',
    { needs: ['etag'] },
    async (t) => {
      await t.givenFile('a.txt', content);
      ensurePart(await t.get('a.txt', { Range: 'bytes=2-3', 'If-Range': await t.strongEtag('a.txt') }), 2, 3);
    },
  ),
  must(
    '13.1.5',
    'if-range-differs',
    'If-Range with another entity tag returns everything.',
    { needs: ['etag'] },
    async (t) => ensureWhole(await range(t, 'bytes=2-3', { 'If-Range': '"no-such-entity-tag"' })),
  ),
  must(
    '13.1.5',
    'if-range-weak',
    'If-Range with a weak entity tag returns everything.',
    { needs: ['etag'] },
    async (t) => {
      await t.givenFile('a.txt', content);
      const weak = `W/${await t.strongEtag('a.txt')}`;
      ensureWhole(await t.get('a.txt', { Range: 'bytes=2-3', 'If-Range': weak }));
    },
  ),
  must(
    '13.1.5',
    'if-range-older-date',
    'If-Range with another date returns everything.',
    { needs: ['last-modified'] },
    async (t) => ensureWhole(await range(t, 'bytes=2-3', { 'If-Range': 'Mon, 01 Jan 2001 00:00:00 GMT' })),
  ),
  must(
    '13.2.2',
    'conditional-before-range',
    'If-None-Match is evaluated before Range.',
    { needs: ['etag'] },
    async (t) => {
      await t.givenFile('a.txt', content);
      const headers = { Range: 'bytes=2-3', 'If-None-Match': await t.strongEtag('a.txt') };
      ensureStatus(await t.get('a.txt', headers), [304], 'GET with both');
    },
  ),
  must('15.3.7', 'fields', 'An answer 206 carries the entity tag of the whole.', { needs: ['etag'] }, async (t) => {
    await t.givenFile('a.txt', content);
    const etag = await t.strongEtag('a.txt');
    const response = await t.get('a.txt', { Range: 'bytes=2-3' });
    ensureEqual(response.header('etag'), etag, 'the ETag of the answer 206', response);
    ensure(response.header('date') !== undefined, 'the answer 206 has no Date', response);
  }),
  must('14.4', 'large-file', 'A range in the middle of four mebibytes is exact.', {}, async (t) => {
    const body = Buffer.alloc(4_194_304);
    for (let index = 0; index < body.length; index += 4) body.writeUInt32LE(index, index);
    await t.givenFile('a.bin', body);
    const response = await t.get('a.bin', { Range: 'bytes=2097151-2162690' });
    ensureStatus(response, [206], 'GET of a range');
    ensure(response.body.equals(body.subarray(2_097_151, 2_162_691)), 'the content is not that range', response);
  }),
];
