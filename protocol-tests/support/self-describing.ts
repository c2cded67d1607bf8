/** Contents that say what they are, so that a file found after a crash can be judged by itself: whole, and of which write. */
import { createHash } from 'node:crypto';
import { pseudoRandomOctets } from './file-tree.ts';

export interface ContentLabel {
  readonly name: string;
  /** Counts the writes of one name from 1. */
  readonly generation: number;
}

/** A line of JSON with label and hash, then `sizeOctets` of pseudo-random octets. */
export function selfDescribing(label: ContentLabel, sizeOctets: number): Buffer {
  const payload = pseudoRandomOctets(label.generation * 65_537 + label.name.length, sizeOctets);
  const sha256 = createHash('sha256').update(payload).digest('hex');
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...label, sizeOctets, sha256 })}\n`), payload]);
}

/** @returns undefined when these octets are not the whole of something that `selfDescribing` made */
export function readLabel(octets: Buffer): ContentLabel | undefined {
  const end = octets.indexOf(0x0a);
  if (end === -1) return undefined;
  const label = JSON.parse(octets.toString('utf8', 0, end)) as ContentLabel & { sizeOctets: number; sha256: string };
  const payload = octets.subarray(end + 1);
  if (payload.length !== label.sizeOctets) return undefined;
  return createHash('sha256').update(payload).digest('hex') === label.sha256 ? label : undefined;
}
