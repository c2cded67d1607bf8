/** Writes that wait for the writer thread, in order, bounded in number and in octets. */
import type { GatewayError } from '../../gateway/ports/errors.ts';
import type { Work } from './messages.ts';
import type { ResolvedOptions } from './options.ts';

export interface PendingWrite {
  readonly work: Work;
  /** About how much memory its arguments take. */
  readonly octets: number;
  resolve(result: unknown): void;
  reject(error: GatewayError): void;
}

export class WriteQueue {
  readonly #limits: Pick<ResolvedOptions, 'queueLimit' | 'queueOctets' | 'batchLimit' | 'batchOctets'>;
  #pending: PendingWrite[] = [];
  #octets = 0;

  constructor(limits: Pick<ResolvedOptions, 'queueLimit' | 'queueOctets' | 'batchLimit' | 'batchOctets'>) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#pending.length;
  }

  /** @returns false when the queue is full; an empty queue takes a write of any size */
  add(pending: PendingWrite): boolean {
    if (this.#pending.length >= this.#limits.queueLimit) return false;
    if (this.#pending.length > 0 && this.#octets + pending.octets > this.#limits.queueOctets) return false;
    this.#pending.push(pending);
    this.#octets += pending.octets;
    return true;
  }

  /** @returns false when it is not waiting any more */
  remove(pending: PendingWrite): boolean {
    const index = this.#pending.indexOf(pending);
    if (index === -1) return false;
    this.#pending.splice(index, 1);
    this.#octets -= pending.octets;
    return true;
  }

  /** The first ones that fit one commit; at least one when any waits. */
  takeBatch(): readonly PendingWrite[] {
    let count = 0;
    let octets = 0;
    for (const pending of this.#pending) {
      const fits = count < this.#limits.batchLimit && octets + pending.octets <= this.#limits.batchOctets;
      if (count > 0 && !fits) break;
      count += 1;
      octets += pending.octets;
    }
    this.#octets -= octets;
    return this.#pending.splice(0, count);
  }

  takeAll(): readonly PendingWrite[] {
    const all = this.#pending;
    this.#pending = [];
    this.#octets = 0;
    return all;
  }
}
