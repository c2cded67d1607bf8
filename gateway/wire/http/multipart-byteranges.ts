/** The frame of a 206 with several parts (RFC 9110 §14.6): everything but the octets themselves. */
import type { ByteRange } from './range.ts';
import { formatContentRange } from './range.ts';

export interface MultipartByteranges {
  /** For the Content-Type of the response. */
  readonly contentType: string;
  /** In order: what goes before the octets of each range. ASCII. */
  readonly parts: readonly { readonly header: string; readonly range: ByteRange }[];
  /** What follows the octets of the last range. ASCII. */
  readonly closing: string;
  readonly contentLength: number;
}

export interface MultipartOptions {
  /** 1 to 70 letters and digits (RFC 2046 §5.1.1); random, so that no content holds it. */
  readonly boundary: string;
  readonly ranges: readonly ByteRange[];
  /** Of the representation; undefined, or unfit for a header field, leaves the field out. */
  readonly contentType: string | undefined;
  readonly sizeOctets: number;
}

export function multipartByteranges(options: MultipartOptions): MultipartByteranges {
  const { boundary, contentType, sizeOctets } = options;
  const typeLine =
    contentType !== undefined && /^[\x20-\x7e]+$/.test(contentType) ? `Content-Type: ${contentType}\r\n` : '';
  const closing = `\r\n--${boundary}--\r\n`;
  let contentLength = closing.length;
  const parts = options.ranges.map((range, index) => {
    const contentRange = formatContentRange(range, sizeOctets);
    const header = `${index === 0 ? '' : '\r\n'}--${boundary}\r\n${typeLine}Content-Range: ${contentRange}\r\n\r\n`;
    contentLength += header.length + range.last - range.first + 1;
    return { header, range };
  });
  return { contentType: `multipart/byteranges; boundary=${boundary}`, parts, closing, contentLength };
}
