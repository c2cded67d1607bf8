/** The topics that somebody in this process listens to, and how far each was told. */
import type { Change } from '../../gateway/ports/change-feed.ts';

interface Entry {
  listeners: number;
  /** The highest mod-sequence that was told; undefined: none yet. */
  told: number | undefined;
}

export class SubscribedTopics {
  /** Single topics, and beginnings with their `*`. */
  readonly #entries = new Map<string, Entry>();

  /** Single topics. */
  get topics(): readonly string[] {
    return [...this.#entries.keys()].filter((topic) => !topic.endsWith('*'));
  }

  /** Beginnings, with their `*`. */
  get beginnings(): readonly string[] {
    return [...this.#entries.keys()].filter((topic) => topic.endsWith('*'));
  }

  add(topic: string): Disposable {
    const entry = this.#entries.get(topic) ?? { listeners: 0, told: undefined };
    entry.listeners += 1;
    this.#entries.set(topic, entry);
    let isOver = false;
    return {
      [Symbol.dispose]: () => {
        if (isOver) return;
        isOver = true;
        entry.listeners -= 1;
        if (entry.listeners === 0) this.#entries.delete(topic);
      },
    };
  }

  /** Remembers what listeners are told. */
  note(changes: readonly Change[]): void {
    for (const { topic, modSeq } of changes) {
      const entry = this.#entries.get(topic);
      if (entry !== undefined) entry.told = Math.max(modSeq, entry.told ?? 0);
    }
  }

  /** Those of these changes that listeners have not been told. */
  untold(changes: readonly Change[]): readonly Change[] {
    return changes.filter(({ topic, modSeq }) => {
      const entry = this.#entries.get(topic);
      return entry !== undefined && (entry.told === undefined || entry.told < modSeq);
    });
  }
}
