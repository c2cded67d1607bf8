/** The media type of a file: what the client said, otherwise what its name says. The only importer of `mime`. */
import mime from 'mime';
import type { ResourceNode } from '../ports/collection-store.ts';

const unknownType = 'application/octet-stream';

/** @param name the name the viewer sees; undefined gives the neutral type */
export function contentTypeOf(node: ResourceNode, name: string | undefined): string {
  return node.contentType ?? (name === undefined ? unknownType : typeOfName(name));
}

export function typeOfName(name: string): string {
  const type = mime.getType(name) ?? unknownType;
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type;
}

const longestMediaType = 255;

/** RFC 9110 §8.3.1: type, subtype and parameters. It comes back as a header field, so nothing else may. */
export function isMediaType(text: string): boolean {
  return (
    text.length <= longestMediaType &&
    /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+(?:[ \t]*;[\x20-\x2b\x2d-\x7e\t]*)?$/.test(text)
  );
}
