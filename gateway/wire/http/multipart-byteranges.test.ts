import test from 'ava';
import { multipartByteranges } from './multipart-byteranges.ts';

const content = Buffer.from('abcdefghijklmnopqrstuvwxyz');
const ranges = [
  { first: 0, last: 2 },
  { first: 24, last: 25 },
];

/** The whole body, as it would be sent. */
function assemble(contentType: string | undefined) {
  const frame = multipartByteranges({ boundary: 'THIS', ranges, contentType, sizeOctets: content.length });
  const body = frame.parts.map(
    ({ header, range }) => header + content.subarray(range.first, range.last + 1).toString(),
  );
  return { frame, body: body.join('') + frame.closing };
}

test('rfc9110 14.6: each part has its type and range, and the length counts everything', (t) => {
  const { frame, body } = assemble('text/plain');
  t.is(
    body,
    '--THIS\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-2/26\r\n\r\nabc' +
      '\r\n--THIS\r\nContent-Type: text/plain\r\nContent-Range: bytes 24-25/26\r\n\r\nyz\r\n--THIS--\r\n',
  );
  t.is(frame.contentLength, Buffer.byteLength(body));
  t.is(frame.contentType, 'multipart/byteranges; boundary=THIS');
});

for (const contentType of [undefined, '', 'text/plain\r\nX: y', 'text/plain; name="é"']) {
  test(`rfc9110 15.3.7.2: no type is written for ${JSON.stringify(contentType)}`, (t) => {
    const { frame, body } = assemble(contentType);
    t.true(body.startsWith('--THIS\r\nContent-Range: bytes 0-2/26\r\n\r\nabc\r\n--THIS\r\nContent-Range'));
    t.is(frame.contentLength, body.length);
  });
}
