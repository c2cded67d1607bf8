/** Messages between the primary and its workers. */
import type { Readiness } from './readiness.ts';

/** A way to another process. */
export interface MessagePeer {
  /** Never throws and never waits. A message to a process that is going away is lost. */
  send(message: unknown): void;
  subscribe(listener: (message: unknown) => void): Disposable;
}

/** What the primary wants of a worker. `drain` is answered when everything is closed. */
export type Question = 'readiness' | 'metrics' | 'reload' | 'drain';

export type ToWorker =
  | { readonly kind: 'start'; readonly number: number; readonly workers: number; readonly ticketKey: Uint8Array }
  | { readonly kind: 'ticket-key'; readonly ticketKey: Uint8Array }
  | { readonly kind: 'ask'; readonly id: number; readonly question: Question }
  /** For what hangs on `WorkerContext.peer`. */
  | { readonly kind: 'peer'; readonly message: unknown };

export type ToPrimary =
  /** The process runs and waits for `start`. */
  | { readonly kind: 'hello' }
  /** The worker serves. */
  | { readonly kind: 'ready' }
  /** The worker could not start; the process ends. */
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'problem'; readonly id: number; readonly message: string }
  | { readonly kind: 'peer'; readonly message: unknown };

export function isMessage<Message extends ToWorker | ToPrimary>(message: unknown): message is Message {
  return typeof message === 'object' && message !== null && 'kind' in message && typeof message.kind === 'string';
}

/** Listeners of the peer messages of one process. */
export class PeerListeners {
  readonly #listeners = new Set<(message: unknown) => void>();

  subscribe(listener: (message: unknown) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  tell(message: unknown): void {
    for (const listener of this.#listeners) listener(message);
  }
}

/** One readiness of several: the names get the worker's number where there is more than one. */
export function joinReadiness(parts: readonly (readonly [string, Readiness])[]): Readiness {
  const failing: Record<string, string> = {};
  for (const [name, part] of parts) {
    for (const [check, problem] of Object.entries(part.failing)) failing[`${name}: ${check}`] = problem;
  }
  return { ready: parts.length > 0 && parts.every(([, part]) => part.ready), failing };
}
