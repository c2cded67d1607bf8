/** What change feeds of several processes say to each other: payloads of NOTIFY. */
import type { Change } from '../../gateway/ports/change-feed.ts';

/** PostgreSQL takes payloads of less than 8,000 octets (postgresql.org/docs/current/sql-notify.html). */
const maxOctets = 7900;

/** `all`: so much changed that it could not be told one by one. */
export interface FeedMessage {
  readonly sender: string;
  readonly changes: readonly Change[] | 'all';
}

/** As JSON: the sender, then a topic and a mod-sequence in turn; the sender alone means all. As many payloads as it takes. */
export function formatMessage({ sender, changes }: FeedMessage): readonly string[] {
  if (changes === 'all') return [JSON.stringify([sender])];
  const payloads: string[] = [];
  let payload = JSON.stringify([sender]).slice(0, -1);
  const start = payload;
  for (const { topic, modSeq } of changes) {
    const piece = `,${JSON.stringify(topic)},${modSeq}`;
    if (payload !== start && Buffer.byteLength(payload) + Buffer.byteLength(piece) >= maxOctets) {
      payloads.push(`${payload}]`);
      payload = start;
    }
    payload += piece;
  }
  return payload === start ? payloads : [...payloads, `${payload}]`];
}

/** undefined when it is not a message of a feed */
export function parseMessage(payload: string): FeedMessage | undefined {
  const parts = parseArray(payload);
  const [sender, ...rest] = parts ?? [];
  if (typeof sender !== 'string' || rest.length % 2 !== 0) return undefined;
  if (rest.length === 0) return { sender, changes: 'all' };
  const changes: Change[] = [];
  for (let index = 0; index < rest.length; index += 2) {
    const [topic, modSeq] = [rest[index], rest[index + 1]];
    if (typeof topic !== 'string' || typeof modSeq !== 'number') return undefined;
    changes.push({ topic, modSeq });
  }
  return { sender, changes };
}

function parseArray(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
