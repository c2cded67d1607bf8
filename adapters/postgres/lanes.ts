/**
 * Writes that wait, a lane for each tree: those of one lane go one batch after the other, those of different lanes beside each
 * other. Bounded in number and in octets over all lanes.
 */
import type { GatewayError } from '../../gateway/ports/errors.ts';
import type { Work } from './batch.ts';
import type { ResolvedOptions } from './options.ts';

export interface PendingWrite {
  readonly work: Work;
  /** About how much memory its arguments take. */
  readonly octets: number;
  /** How often it was tried in vain. */
  attempts: number;
  resolve(result: unknown): void;
  reject(error: GatewayError): void;
}

export type LaneKey = string | symbol;
type Limits = Pick<ResolvedOptions, 'queueLimit' | 'queueOctets' | 'batchLimit' | 'batchOctets'>;

export class Lanes {
  readonly #limits: Limits;
  /** A lane is here from its first write until it was found empty. */
  readonly #lanes = new Map<LaneKey, PendingWrite[]>();
  #count = 0;
  #octets = 0;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  /** Writes that wait. */
  get waiting(): number {
    return this.#count;
  }

  /** Lanes that are open: somebody takes batches out of each. */
  get open(): number {
    return this.#lanes.size;
  }

  hasRoomFor(octets: number): boolean {
    if (this.#count >= this.#limits.queueLimit) return false;
    return this.#count === 0 || this.#octets + octets <= this.#limits.queueOctets;
  }

  /** @returns whether the lane is new, so that somebody must begin to take from it */
  add(key: LaneKey, pending: PendingWrite): boolean {
    const lane = this.#lanes.get(key);
    this.#account(pending, 1);
    if (lane !== undefined) {
      lane.push(pending);
      return false;
    }
    this.#lanes.set(key, [pending]);
    return true;
  }

  /** To the front: what was tried in vain and is to be tried again, in its order. */
  putBack(key: LaneKey, pending: readonly PendingWrite[]): void {
    this.#lanes.get(key)?.unshift(...pending);
    for (const each of pending) this.#account(each, 1);
  }

  /** @returns false when it is not waiting any more */
  remove(key: LaneKey, pending: PendingWrite): boolean {
    const lane = this.#lanes.get(key) ?? [];
    const index = lane.indexOf(pending);
    if (index === -1) return false;
    lane.splice(index, 1);
    this.#account(pending, -1);
    return true;
  }

  /** The first ones that fit one commit. What failed before goes alone. Empty when the lane is, which closes it. */
  takeBatch(key: LaneKey): readonly PendingWrite[] {
    const lane = this.#lanes.get(key) ?? [];
    let count = 0;
    let octets = 0;
    for (const { octets: size, attempts } of lane) {
      const fits = count < this.#limits.batchLimit && octets + size <= this.#limits.batchOctets && attempts === 0;
      if (count > 0 && !fits) break;
      count += 1;
      octets += size;
      if (attempts > 0) break;
    }
    const batch = lane.splice(0, count);
    for (const each of batch) this.#account(each, -1);
    if (batch.length === 0) this.#lanes.delete(key);
    return batch;
  }

  #account({ octets }: PendingWrite, sign: 1 | -1): void {
    this.#count += sign;
    this.#octets += sign * octets;
  }
}
