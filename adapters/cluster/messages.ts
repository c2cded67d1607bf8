/** What change feeds of several processes say to each other. */
import type { Change } from '../../gateway/ports/change-feed.ts';

/** Others may use the same way: a message without this mark is not for us. */
const mark = 'change-feed';

export interface ChangesMessage {
  readonly for: typeof mark;
  /** Topic and mod-sequence of each change. */
  readonly changes: readonly (readonly [string, number])[];
}

export function formatChanges(changes: readonly Change[]): ChangesMessage {
  return { for: mark, changes: changes.map(({ topic, modSeq }) => [topic, modSeq] as const) };
}

/** undefined when the message is not one of a change feed. */
export function parseChanges(message: unknown): readonly Change[] | undefined {
  if (typeof message !== 'object' || message === null || !('for' in message) || message.for !== mark) return undefined;
  if (!('changes' in message) || !Array.isArray(message.changes)) return undefined;
  const changes: Change[] = [];
  for (const entry of message.changes as readonly unknown[]) {
    if (!Array.isArray(entry)) return undefined;
    const [topic, modSeq] = entry as readonly unknown[];
    if (typeof topic !== 'string' || typeof modSeq !== 'number') return undefined;
    changes.push({ topic, modSeq });
  }
  return changes;
}
