import type { NewContent } from '../../gateway/ports/collection-store.ts';

/**
 * What a lock makes of a name that nothing has (RFC 4918 §7.3). The entity tag is the one that the gateway gives to no octets
 * when a client puts them: the first half of their SHA-256.
 */
export const emptyContent: NewContent = {
  etag: 'e3b0c44298fc1c149afbf4c8996fb924',
  sizeOctets: 0,
  contentType: undefined,
  octets: new Uint8Array(0),
};
