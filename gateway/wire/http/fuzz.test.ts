import test from 'ava';
import * as tus from '../tus/headers.ts';
import { Random, mutate, seedOf } from '../xml/mutation.ts';
import { pickLanguage } from './accept-language.ts';
import { evaluateConditional, ifRangeHolds } from './conditional.ts';
import { formatAttachment } from './content-disposition.ts';
import { formatHttpDate, parseHttpDate } from './date.ts';
import { parseDigestHeaders } from './digest.ts';
import { parseEntityTags } from './entity-tag.ts';
import { multipartByteranges } from './multipart-byteranges.ts';
import { parsePrefer } from './prefer.ts';
import { parseContentRange, parseRange } from './range.ts';
import { parseUpdateRange } from './update-range.ts';

const seed = seedOf(process.env);

const samples = [
  '"a", W/"b,c", "d"',
  '*',
  'Sun, 06 Nov 1994 08:49:37 GMT',
  'Sunday, 06-Nov-94 08:49:37 GMT',
  'Sun Nov  6 08:49:37 1994',
  'bytes=0-499, 500-999, -5, 900-',
  'bytes 42-1233/1234',
  'return=minimal; foo="some, value", depth-noroot, wait=5',
  'SHA-256=LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=, adler32=062c0215',
  'sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:;q=1',
  'SHA1:aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d MD5:5d41402abc4b2a76b9719d911017c592',
  'fr-CA, fr;q=0.8, en;q=0.5, *;q=0.1',
  'filename d29ybGQucGRm,is_confidential',
  'sha1 qvTGHdzF6KLavt4PO0gs2a6pQ00=',
  'append',
  '12345',
];
const tokens = [
  '"',
  ',',
  ';',
  '=',
  ':',
  '-',
  '*',
  '/',
  ' ',
  '\t',
  '\\',
  'W/',
  'bytes=',
  'q=0',
  '0',
  '9'.repeat(30),
  '-1',
  '\0',
  '\r\n',
  'é',
  '\ud800',
  '%',
];
const size = 1000;

/** What is wrong with the answers to one value; undefined: nothing. */
function faultOf(value: string): string | undefined {
  const tags = parseEntityTags(value);
  if (Array.isArray(tags) && tags.length === 0) return 'an empty list of tags';
  const time = parseHttpDate(value, 0);
  if (time !== undefined && parseHttpDate(formatHttpDate(time)) !== time)
    return 'a date that changes when it is written';
  const state = { etag: 'a', modifiedMs: 784_111_777_000 };
  for (const field of ['ifMatch', 'ifNoneMatch', 'ifModifiedSince', 'ifUnmodifiedSince'] as const) {
    const outcome = evaluateConditional('PUT', { [field]: value }, state);
    if (outcome !== 'proceed' && outcome !== 'failed') return `${outcome} for a write`;
    if (evaluateConditional('GET', { [field]: value }, undefined) === 'not-modified') return 'nothing, not modified';
  }
  if (ifRangeHolds(value, state) && ![state.modifiedMs, undefined].includes(parseHttpDate(value.trim())))
    return 'If-Range';
  if (ifRangeHolds(value, { etag: 'a', modifiedMs: undefined }) && value.trim() !== '"a"') return 'If-Range by tag';
  const range = parseContentRange(value);
  if (range.ok && range.value.range !== undefined && range.value.range.last < range.value.range.first)
    return 'Content-Range';
  const update = parseUpdateRange(value);
  if (update.ok && update.value.kind === 'range' && update.value.last < update.value.first) return 'X-Update-Range';
  const preferences = parsePrefer(value, value);
  if (preferences.minimal && preferences.representation) return 'two preferences that exclude one another';
  if (!['en', 'fr'].includes(pickLanguage(value, ['en', 'fr']))) return 'a language that is not there';
  if (!/^attachment; filename="[^"\\]*"(?:; filename\*=UTF-8''[\w!%.~-]*)?$/.test(formatAttachment(value)))
    return 'a filename';
  return rangeFault(value) ?? digestFault(value) ?? tusFault(value);
}

function rangeFault(value: string): string | undefined {
  const outcome = parseRange(value, size);
  if (outcome.kind !== 'ranges') return undefined;
  const { ranges } = outcome;
  if (ranges.length === 0 || ranges.length > 16) return 'a number of ranges';
  if (ranges.some(({ first, last }) => !(first >= 0 && first <= last && last < size))) return 'a range out of bounds';
  const frame = multipartByteranges({ boundary: 'B', ranges, contentType: value, sizeOctets: size });
  const asked = ranges.reduce((sum, { first, last }) => sum + last - first + 1, 0);
  const framing = frame.parts.reduce(
    (sum, { header }) => sum + Buffer.byteLength(header),
    Buffer.byteLength(frame.closing),
  );
  return frame.contentLength === asked + framing ? undefined : 'a length';
}

function digestFault(value: string): string | undefined {
  for (const field of ['digest', 'contentDigest', 'reprDigest', 'ocChecksum', 'contentMd5'] as const) {
    const parsed = parseDigestHeaders({ [field]: value });
    if (parsed.ok && parsed.value.some((one) => ![4, 16, 20, 32, 64].includes(one.value.length))) return 'a digest';
  }
  return undefined;
}

function tusFault(value: string): string | undefined {
  const metadata = tus.parseUploadMetadata(value);
  if (metadata.ok) {
    const again = tus.parseUploadMetadata(tus.formatUploadMetadata(metadata.value));
    if (!again.ok || again.value.size !== metadata.value.size) return 'metadata that change when they are written';
  }
  const length = tus.parseUploadLength(value);
  if (length !== 'invalid' && !(Number.isSafeInteger(length) && (length ?? -1) >= 0)) return 'a length';
  if (tus.parseUploadDeferLength(value) === false) return 'a length that was not deferred';
  const checksum = tus.parseUploadChecksum(value);
  return checksum.ok && checksum.value === undefined ? 'a checksum that was not sent' : undefined;
}

test(`rfc9110 5.5: 20,000 spoilt field values are read or refused (seed ${seed})`, (t) => {
  const random = new Random(seed);
  for (let round = 0; round < 20_000; round += 1) {
    const value = mutate(random, samples, tokens);
    const fault = faultOf(value);
    if (fault !== undefined) t.fail(`${fault}: ${JSON.stringify(value)}`);
  }
  t.is(faultOf('nothing that is known'), undefined);
});
