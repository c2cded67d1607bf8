/** How a gateway of one or several processes is put together. */
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { MessagePeer } from './message-peer.ts';
import type { MetricsSnapshot } from './metrics.ts';
import type { Readiness } from './readiness.ts';
import type { TicketKeys } from './ticket-keys.ts';

/** What one process that serves gives to whoever runs it. Each is called by signal or by the admin listener. */
export interface WorkerHandle {
  readiness(): Promise<Readiness>;
  metrics(): Promise<MetricsSnapshot>;
  /** SIGHUP: reads certificates and what may change of the configuration again; a rejection is logged and nothing ends. */
  reload(): Promise<void>;
  /** SIGTERM: says no to readiness, finishes what runs, closes everything. Called once. Bounds its own time. */
  drain(): Promise<void>;
}

export interface WorkerContext {
  /** 1 to `workers`; a worker that was started again has the number of the one that died. */
  readonly number: number;
  /** Limits that hold for the machine are to be divided by it. */
  readonly workers: number;
  /** The same in all workers. */
  readonly ticketKeys: TicketKeys;
  /** To the primary's `relay`, and so to the other workers; undefined when there is one process only. */
  readonly peer: MessagePeer | undefined;
}

export interface ClusterOptions {
  /** 1: this process serves itself and nothing is forked. */
  readonly workers: number;
  /** Starts to serve; called in every process that serves. Throwing ends that process. */
  readonly worker: (context: WorkerContext) => Promise<WorkerHandle>;
  /** In the primary: is given the way to each worker while it lives. The change feed's relay fits. */
  readonly relay?: { connect(peer: MessagePeer): Disposable } | undefined;
  /** Where health, readiness and metrics of all processes are served; undefined: nowhere. */
  readonly admin?: { readonly address: string; readonly port: number } | undefined;
  /** Workers that have not drained after this time are killed. Longer than what they give their clients. */
  readonly drainTimeoutMs: number;
  /** Gives so many random octets. */
  readonly random: (octets: number) => Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  /** Where SIGTERM, SIGINT and SIGHUP are heard: `process`, or an emitter in a test. */
  readonly signals: NodeJS.EventEmitter;
}

export interface ClusterHandle {
  readonly role: 'single' | 'primary' | 'worker';
  /** Where the admin listener really is; undefined when there is none in this process. */
  readonly admin: { readonly address: string; readonly port: number } | undefined;
  /** As SIGHUP. */
  reload(): Promise<void>;
  /** As SIGTERM; resolves when everything is closed. */
  drain(): Promise<void>;
  /** Resolves when everything is closed, whoever asked for it: then the process may end. */
  readonly ended: Promise<void>;
}
