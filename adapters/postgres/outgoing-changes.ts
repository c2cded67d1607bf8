/** Changes that wait to be told to other processes: one for each topic, and not without end. */
import type { Change } from '../../gateway/ports/change-feed.ts';
import type { FeedMessage } from './feed-messages.ts';

export class OutgoingChanges {
  readonly #limit: number;
  readonly #waiting = new Map<string, number>();
  #isAll = false;

  /** @param limit topics; when there are more, nothing is told one by one, and readers look for themselves */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return !this.#isAll && this.#waiting.size === 0;
  }

  add(changes: FeedMessage['changes']): void {
    if (changes === 'all') this.#isAll = true;
    else {
      for (const { topic, modSeq } of changes) {
        this.#waiting.set(topic, Math.max(modSeq, this.#waiting.get(topic) ?? 0));
      }
    }
    if (this.#waiting.size > this.#limit) this.#isAll = true;
    if (this.#isAll) this.#waiting.clear();
  }

  /** Everything, which then waits no more; what could not be told is added again. */
  take(): FeedMessage['changes'] {
    const changes: readonly Change[] = Array.from(this.#waiting, ([topic, modSeq]) => ({ topic, modSeq }));
    const all = this.#isAll;
    this.#waiting.clear();
    this.#isAll = false;
    return all ? 'all' : changes;
  }
}
