/** RFC 9110 and RFC 9112: messages as octets: Expect, chunks, pipelining, interrupted and malformed requests. */
import { casesOf } from '../case/case.ts';
import { ensure, ensureClientError, ensureEqual, ensureStatus } from '../case/outcome.ts';
import type { Target } from '../case/target.ts';
import { chunked } from '../http/client.ts';
import type { HttpConnection } from '../http/connection.ts';
import { TransportError } from '../http/transport-error.ts';
import { waitMs } from './support/wait.ts';

const semantics = casesOf('RFC 9110');
const { must, should } = casesOf('RFC 9112');

/** The head of a request of the case, with other or more fields. */
function head(t: Target, method: string, name: string, headers: Record<string, string> = {}): string {
  return t.client.head({ method, target: t.path(name), headers });
}

/** The head of a PUT whose body is to follow in chunks. */
function chunkedHead(t: Target, name: string): string {
  return head(t, 'PUT', name).replace('Content-Length: 0', 'Transfer-Encoding: chunked');
}

/** Breaks the connection off and gives the server time to notice. */
async function afterInterruption(t: Target, connection: HttpConnection): Promise<void> {
  connection.abort();
  await waitMs(500, t.signal);
}

/** The status of a request that the server may also answer by closing the connection; 0 for that. */
async function statusOrClosed(connection: HttpConnection, method: string): Promise<number> {
  try {
    return (await connection.read(method)).status;
  } catch (error) {
    if (error instanceof TransportError && error.problem === 'no-answer') return 0;
    throw error;
  }
}

/** Sends a request that breaks the grammar; it must be refused with one of these, or by closing the connection. */
async function ensureMalformed(t: Target, request: string, allowed: readonly number[]): Promise<void> {
  using connection = await t.client.open();
  await connection.write(request);
  const status = await statusOrClosed(connection, 'GET');
  ensure(status === 0 || allowed.includes(status), `expected ${allowed.join(' or ')}, got ${status}`);
}

/** A PUT over `a.txt` that stops in the middle. */
async function interruptedPut(t: Target, name: string, fields: Record<string, string>, part: string | Buffer) {
  const connection = await t.client.open();
  await connection.write(head(t, 'PUT', name, { 'Content-Type': 'text/plain', ...fields }));
  await connection.write(part);
  await waitMs(200, t.signal); // The part has to arrive before the connection breaks.
  await afterInterruption(t, connection);
}

const large = { 'Content-Length': '200000' };
const part = Buffer.alloc(100_000, 'n');

export const messageCases = [
  semantics.must(
    '10.1.1',
    'expect-continue',
    'A PUT that expects 100 (Continue) gets it, or a final answer.',
    {},
    async (t) => {
      using connection = await t.client.open();
      await connection.write(head(t, 'PUT', 'a.txt', { 'Content-Length': '5', Expect: '100-continue' }));
      const first = await connection.readHead();
      ensure(first.status === 100 || first.status >= 300, `the first answer has status ${first.status}`);
      if (first.status !== 100) return;
      await connection.write('hello');
      ensureStatus(await connection.read('PUT', [first]), [201], 'PUT after 100 (Continue)');
      ensureEqual(await t.content('a.txt'), 'hello', 'the content');
    },
  ),
  semantics.should(
    '10.1.1',
    'expect-continue-refused',
    'A PUT that cannot succeed is refused before its body is sent.',
    {},
    async (t) => {
      using connection = await t.client.open();
      await connection.write(head(t, 'PUT', 'missing/a.txt', { 'Content-Length': '5', Expect: '100-continue' }));
      const first = await connection.readHead();
      ensure(first.status >= 400, `the first answer has status ${first.status} although the parent is missing`);
    },
  ),
  must('7.1', 'chunked-put', 'A body in chunked coding is stored without its framing.', {}, async (t) => {
    const body = 'x'.repeat(30_000);
    ensureStatus(await t.send('PUT', 'a.txt', { body, framing: 'chunked' }), [201], 'PUT in chunks');
    ensureEqual(await t.content('a.txt'), body, 'the content');
  }),
  must('7.1', 'chunked-propfind', 'A PROPFIND body may come in chunks.', {}, async (t) => {
    const body = '<D:propfind xmlns:D="DAV:"><D:prop><D:resourcetype/></D:prop></D:propfind>';
    const headers = { 'Content-Type': 'application/xml', Depth: '0' };
    ensureStatus(await t.send('PROPFIND', '', { headers, body, framing: 'chunked' }), [207], 'PROPFIND in chunks');
  }),
  must('7.1.1', 'chunk-extensions', 'Chunk extensions and trailers that are not known are ignored.', {}, async (t) => {
    using connection = await t.client.open();
    await connection.write(chunkedHead(t, 'a.txt'));
    await connection.write('5;name=value\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n');
    ensureStatus(await connection.read('PUT'), [201], 'PUT with a chunk extension and a trailer');
    ensureEqual(await t.content('a.txt'), 'hello', 'the content');
  }),
  must('9.3.2', 'pipelining', 'Requests that come at once are answered in their order.', {}, async (t) => {
    await t.givenFile('a.txt', 'first');
    await t.givenFile('b.txt', 'second');
    using connection = await t.client.open();
    await connection.write(head(t, 'GET', 'a.txt') + head(t, 'GET', 'b.txt') + head(t, 'GET', 'a.txt'));
    const answers = [await connection.read('GET'), await connection.read('GET'), await connection.read('GET')];
    ensureEqual(answers.map((one) => one.text).join(), 'first,second,first', 'the answers');
  }),
  must('9.3', 'persistent', 'Twenty requests go through one connection, or the server says close.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    using connection = await t.client.open();
    for (let index = 0; index < 20 && (index === 0 || connection.reusable); index += 1) {
      await connection.write(head(t, 'GET', 'a.txt'));
      ensureStatus(await connection.read('GET'), [200], `request ${index}`);
    }
  }),
  must('8', 'interrupted-new', 'A PUT that breaks off makes no file with half of its content.', {}, async (t) => {
    await interruptedPut(t, 'a.txt', large, part);
    const content = await t.content('a.txt');
    ensure(content === undefined || content === '', `the file has ${content?.length} of 200000 octets`);
  }),
  must('8', 'interrupted-replace', 'A PUT that breaks off leaves the old file.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    await interruptedPut(t, 'a.txt', large, part);
    const content = await t.content('a.txt');
    ensure(content === 'old', `the old file is gone; there are ${content?.length ?? 'no'} octets`);
  }),
  must('8', 'interrupted-chunked', 'A chunked PUT that breaks off leaves the old file.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    const chunks = chunked(part).subarray(0, -5); // Without the last chunk, which says that the body is complete.
    const connection = await t.client.open();
    await connection.write(chunkedHead(t, 'a.txt'));
    await connection.write(chunks);
    await waitMs(200, t.signal);
    await afterInterruption(t, connection);
    const content = await t.content('a.txt');
    ensure(content === 'old', `the old file is gone; there are ${content?.length ?? 'no'} octets`);
  }),
  must('7.1', 'bad-chunk', 'A body with a malformed chunk size is not stored.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    using connection = await t.client.open();
    await connection.write(chunkedHead(t, 'a.txt'));
    await connection.write('5\r\nhello\r\nZZ\r\nrest\r\n0\r\n\r\n');
    const status = await statusOrClosed(connection, 'PUT');
    ensure(status === 0 || status >= 400, `the malformed body was answered with ${status}`);
    ensureEqual(await t.content('a.txt'), 'old', 'the content');
  }),
  must('3.2', 'host-missing', 'A request without Host is refused with 400.', {}, (t) =>
    ensureMalformed(t, `GET ${t.home} HTTP/1.1\r\n\r\n`, [400]),
  ),
  must('3.2', 'host-twice', 'A request with two Host fields is refused with 400.', {}, (t) =>
    ensureMalformed(t, head(t, 'GET', '').replace('\r\n\r\n', '\r\nHost: other.invalid\r\n\r\n'), [400]),
  ),
  must('5.1', 'space-before-colon', 'A field name with a space before the colon is refused with 400.', {}, (t) =>
    ensureMalformed(t, head(t, 'GET', '').replace('\r\n\r\n', '\r\nX-Field : 1\r\n\r\n'), [400]),
  ),
  must('6.3', 'two-lengths', 'Two different Content-Length fields are refused.', {}, async (t) => {
    await t.givenFile('a.txt', 'old');
    const request = head(t, 'PUT', 'a.txt', { 'Content-Length': '5' });
    await ensureMalformed(t, `${request.replace('\r\n\r\n', '\r\nContent-Length: 6\r\n\r\n')}hello!`, [400]);
    ensureEqual(await t.content('a.txt'), 'old', 'the content');
  }),
  must('6.3', 'length-not-a-number', 'A Content-Length that is no number is refused.', {}, (t) =>
    ensureMalformed(t, head(t, 'PUT', 'a.txt', { 'Content-Length': '-5' }), [400]),
  ),
  must(
    '6.1',
    'length-and-chunks',
    'Chunked coding together with Content-Length is refused or read as chunks.',
    {},
    async (t) => {
      using connection = await t.client.open();
      const request = head(t, 'PUT', 'a.txt', { 'Content-Length': '3' });
      await connection.write(request.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n'));
      await connection.write('5\r\nhello\r\n0\r\n\r\n');
      const status = await statusOrClosed(connection, 'PUT');
      if (status >= 200 && status < 300) ensureEqual(await t.content('a.txt'), 'hello', 'the content');
      else ensureEqual(await t.content('a.txt'), undefined, 'the content after a refusal');
    },
  ),
  should('6.1', 'unknown-transfer-coding', 'An unknown transfer coding is answered with 501 or 400.', {}, (t) =>
    ensureMalformed(t, head(t, 'PUT', 'a.txt').replace('Content-Length: 0', 'Transfer-Encoding: rot13'), [400, 501]),
  ),
  must('3.2.2', 'absolute-form', 'A request target may be an absolute URI.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    using connection = await t.client.open();
    await connection.write(t.client.head({ method: 'GET', target: t.uri('a.txt') }));
    const response = await connection.read('GET');
    ensureStatus(response, [200], 'GET of an absolute URI');
    ensureEqual(response.text, 'x', 'the content', response);
  }),
  should('3.2', 'fragment', 'A request target with a fragment is refused, and nothing is removed.', {}, async (t) => {
    await t.givenFile('a.txt', 'x');
    const response = await t.send('DELETE', `${t.home}a.txt#fragment`);
    ensureEqual(await t.content('a.txt'), 'x', 'the file', response);
    ensureClientError(response, 'a request target with a fragment');
  }),
  must('9.6', 'connection-close', 'After Connection: close the server closes.', {}, async (t) => {
    using connection = await t.client.open();
    await connection.write(head(t, 'OPTIONS', '', { Connection: 'close' }));
    await connection.read('OPTIONS');
    await connection.closedByServer();
  }),
  semantics.must(
    '8.6',
    'head-no-content',
    'An answer to HEAD has no content: the next answer begins at once.',
    {},
    async (t) => {
      await t.givenFile('a.txt', 'x');
      using connection = await t.client.open();
      await connection.write(head(t, 'HEAD', 'a.txt') + head(t, 'GET', 'a.txt'));
      ensureStatus(await connection.read('HEAD'), [200], 'HEAD');
      ensureEqual((await connection.read('GET')).text, 'x', 'the answer to the GET behind it');
    },
  ),
  semantics.should(
    '15.5.15',
    'overlong-target',
    'A request target of a hundred thousand octets is refused, not fatal.',
    {},
    async (t) => {
      await ensureMalformed(t, head(t, 'GET', `${t.home}${'x'.repeat(100_000)}`), [400, 404, 414, 431]);
      ensure(await t.exists(''), 'the collection is gone');
    },
  ),
];
