import { ensure } from '../../case/outcome.ts';
import type { HttpResponse } from '../../http/response.ts';

export interface BodyPart {
  readonly contentRange: string;
  readonly content: string;
}

/** Reads a multipart/byteranges answer: RFC 9110 §14.6. Fails the case when it is not one. */
export function readByteRanges(response: HttpResponse): readonly BodyPart[] {
  const type = response.header('content-type') ?? '';
  const boundary = /^multipart\/byteranges\s*;.*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  const name = boundary?.[1] ?? boundary?.[2];
  ensure(name !== undefined, `Content-Type is ${type} instead of multipart/byteranges with a boundary`, response);
  const pieces = `\r\n${response.body.toString('latin1')}`.split(`\r\n--${name}`);
  ensure(/^--\s*$/.test(pieces.at(-1) ?? ''), 'the multipart answer does not end with its closing boundary', response);
  return pieces.slice(1, -1).map((piece) => {
    const end = piece.indexOf('\r\n\r\n');
    ensure(end >= 0, 'a part without an empty line after its fields', response);
    const contentRange = /^content-range:\s*(.*)$/im.exec(piece.slice(0, end))?.[1]?.trim();
    ensure(contentRange !== undefined, 'a part without Content-Range', response);
    return { contentRange, content: piece.slice(end + 4) };
  });
}
