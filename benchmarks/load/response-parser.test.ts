import test from 'ava';
import { ResponseParser } from './response-parser.ts';

interface Read {
  readonly status: number;
  readonly body: string;
  readonly isComplete: boolean;
}

function read(wire: string, step: number): Read {
  let body = '';
  const parser = new ResponseParser((piece) => {
    body += piece.toString('latin1');
  });
  const octets = Buffer.from(wire, 'latin1');
  for (let offset = 0; offset < octets.length; offset += step) parser.push(octets.subarray(offset, offset + step));
  return { status: parser.status, body, isComplete: parser.isComplete };
}

const cases: readonly (readonly [string, string, Read])[] = [
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello', { status: 200, body: 'hello', isComplete: true }],
  ['a length of 0', 'HTTP/1.1 201 Created\r\ncontent-length:0\r\n\r\n', { status: 201, body: '', isComplete: true }],
  ['no content', 'HTTP/1.1 204 No Content\r\nETag: "a"\r\n\r\n', { status: 204, body: '', isComplete: true }],
  ['half a body', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel', { status: 200, body: 'hel', isComplete: false }],
  [
    'chunks',
    'HTTP/1.1 207 Multi-Status\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nTrailer: a\r\n\r\n',
    { status: 207, body: 'hello!', isComplete: true },
  ],
  [
    'an interim response',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n',
    { status: 201, body: '', isComplete: true },
  ],
];

for (const [what, wire, expected] of cases) {
  test(`rfc9112 6: a response with ${what} is framed the same however it is cut`, (t) => {
    for (const step of [1, 2, 3, 7, wire.length]) t.deepEqual(read(wire, step), expected, `in steps of ${step}`);
  });
}

for (const [what, wire] of [
  ['something else than HTTP', 'SSH-2.0-x\r\n\r\n'],
  ['no framing', 'HTTP/1.1 200 OK\r\n\r\n'],
  ['a chunk size that is none', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
  ['octets behind its end', 'HTTP/1.1 204 No Content\r\n\r\nmore'],
  ['a head without an end', `HTTP/1.1 200 OK\r\n${'x'.repeat(70_000)}`],
] as const) {
  test(`rfc9112 6: a response with ${what} fails the run`, (t) => {
    t.throws(() => read(wire, wire.length));
  });
}

test('a parser is used again for the next response', (t) => {
  const parser = new ResponseParser(() => undefined);
  for (let i = 0; i < 3; i += 1) {
    parser.push(Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'));
    t.is(parser.bodyOctets, 2);
    t.true(parser.isComplete);
    parser.reset();
  }
});
