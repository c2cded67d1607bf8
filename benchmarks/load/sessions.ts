/** The two kinds of work of a load process, each as "do it once more and check the answer". */
import type { LoadConnection } from './connection.ts';
import type { LoadJob, RequestJob, SyncPagesJob } from './job.ts';

/** Does one request. @returns octets of content that were moved. @throws Error when the answer is not the right one */
export type Session = (connection: LoadConnection) => Promise<number>;

const blockOctets = 1024 * 1024;

function headOf(
  job: LoadJob,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  length: number | undefined,
): string {
  const all = {
    host: `${job.host}:${job.port}`,
    authorization: job.authorization,
    ...headers,
    ...(length === undefined ? {} : { 'content-length': String(length) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Repeats one block; the number of the request stands at its beginning, so that no two uploads are alike. */
function fillBlock(size: number, connection: number): Buffer {
  const block = Buffer.alloc(Math.min(size, blockOctets));
  for (let i = 0; i < block.length; i += 1) block[i] = (i * 31 + (i >> 8) + connection) & 0xff;
  return block;
}

export function createSession(job: LoadJob, connectionNumber: number): Session {
  const { work } = job;
  return work.kind === 'request' ? requestSession(job, work, connectionNumber) : pagesSession(job, work);
}

function requestSession(job: LoadJob, work: RequestJob, connectionNumber: number): Session {
  const size = typeof work.body === 'string' ? Buffer.byteLength(work.body) : work.body;
  const block = typeof work.body === 'string' ? Buffer.from(work.body) : fillBlock(work.body ?? 0, connectionNumber);
  const path = work.path.replace('{c}', String(connectionNumber));
  let head = headOf(job, work.method, path, work.headers, size);
  const isNumbered = path.includes('{n}');
  let count = 0;
  let answerOctets = work.answerOctets;
  return async (connection) => {
    count += 1;
    if (isNumbered) head = headOf(job, work.method, path.replace('{n}', String(count)), work.headers, size);
    if (typeof work.body === 'number' && block.length >= 4) block.writeUInt32BE(count, 0);
    const isFirst = count === 1 && work.firstAnswer !== undefined;
    const pieces: Buffer[] = [];
    const keep = (piece: Buffer): void => {
      pieces.push(Buffer.from(piece));
    };
    const body = size === undefined ? undefined : { block, sizeOctets: size };
    const answer = await connection.exchange(head, body, isFirst ? keep : undefined);
    if (!work.statuses.includes(answer.status)) throw new Error(`answered ${answer.head}`);
    if (isFirst) checkCount(Buffer.concat(pieces).toString('latin1'), work.firstAnswer);
    answerOctets ??= answer.bodyOctets;
    if (answerOctets !== 'any' && answer.bodyOctets !== answerOctets) {
      throw new Error(`an answer of ${answer.bodyOctets} octets where there were to be ${answerOctets}`);
    }
    return answer.bodyOctets + (size ?? 0);
  };
}

function checkCount(text: string, expected: RequestJob['firstAnswer']): void {
  if (expected === undefined) return;
  const found = text.split(expected.needle).length - 1;
  if (found !== expected.count) throw new Error(`${expected.needle} ${found} times, not ${expected.count}`);
}

export function syncCollectionBody(token: string, limit: number | undefined): string {
  const limitElement = limit === undefined ? '' : `<D:limit><D:nresults>${limit}</D:nresults></D:limit>`;
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${token}</D:sync-token><D:sync-level>1</D:sync-level>${limitElement}` +
    '<D:prop><D:resourcetype/><D:getcontentlength/><D:getlastmodified/><D:getetag/></D:prop></D:sync-collection>'
  );
}

/** RFC 6578 §3.6: a page that is not the last names the collection itself with 507. */
function pagesSession(job: LoadJob, work: SyncPagesJob): Session {
  return async (connection) => {
    let token = '';
    let members = 0;
    let octets = 0;
    for (let isLast = false; !isLast;) {
      const body = Buffer.from(syncCollectionBody(token, work.limit));
      const head = headOf(job, 'REPORT', work.path, work.headers, body.length);
      const pieces: Buffer[] = [];
      const answer = await connection.exchange(head, { block: body, sizeOctets: body.length }, (piece) => {
        pieces.push(Buffer.from(piece));
      });
      if (answer.status !== 207) throw new Error(`answered ${answer.head}`);
      const text = Buffer.concat(pieces).toString('latin1');
      const found = text.split(/<[A-Za-z]+:response>/).length - 1;
      isLast = !/ 507 /.test(text);
      members += isLast ? found : found - 1;
      octets += answer.bodyOctets + body.length;
      token = /<[A-Za-z]+:sync-token>([^<]+)</.exec(text)?.[1] ?? '';
      if (token === '') throw new Error('a page without a sync-token');
    }
    if (members !== work.members) throw new Error(`${members} members, not ${work.members}`);
    return octets;
  };
}
