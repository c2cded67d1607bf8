/** What a method is handed: the exchange, who asks, and how to find other targets. */
import type { Call } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import { GatewayError } from '../ports/errors.ts';
import type { Domains } from '../services/domains.ts';
import { decodePath } from '../wire/dav/href.ts';
import { badRequest, DavProblem, nameLocks } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { findTarget } from './namespace.ts';
import type { Viewer } from './namespace.ts';
import type { DavOptions } from './options.ts';
import type { ProcessState } from './process-state.ts';
import type { PageSource } from './properties/load.ts';
import type { Target, TreePlace } from './target.ts';

export type Method = (context: Context, target: Target) => Promise<void>;

export interface ContextParts {
  readonly exchange: Exchange;
  readonly viewer: Viewer;
  readonly domains: Domains;
  readonly clock: Clock;
  readonly state: ProcessState;
  /** Path of the request URL, still percent-encoded. */
  readonly path: string;
}

export class Context {
  readonly exchange: Exchange;
  readonly viewer: Viewer;
  readonly clock: Clock;
  readonly state: ProcessState;
  readonly #parts: ContextParts;

  constructor(parts: ContextParts) {
    this.exchange = parts.exchange;
    this.viewer = parts.viewer;
    this.clock = parts.clock;
    this.state = parts.state;
    this.#parts = parts;
  }

  get call(): Call {
    return this.exchange.call;
  }

  get options(): DavOptions {
    return this.exchange.options;
  }

  /** What a path means to this person. @throws DavProblem 400 when it is not a path */
  async locate(path: string): Promise<Target> {
    const decoded = decodePath(path);
    if (!decoded.ok)
      throw decoded.code === 'too-long' ? new DavProblem(414, decoded.reason) : badRequest(decoded.reason);
    const find = (): Promise<Target> =>
      findTarget(this.#parts.domains, this.viewer, decoded.segments, decoded.collection, this.call);
    const target = await find();
    return (await this.state.mounts.onVisit(this.viewer, target, this.call)) ? find() : target;
  }

  /** The same request as if it had been made to another path. */
  at(path: string): Context {
    return new Context({ ...this.#parts, path });
  }

  /** What the request URL means now. */
  locateRequest(): Promise<Target> {
    return this.locate(this.#parts.path);
  }

  pageSource(place: TreePlace | undefined): PageSource {
    return { viewer: this.viewer, options: this.options, nowMs: this.clock.nowMs(), place };
  }

  /**
   * Decides and writes; decides anew on a fresh target when something changed between the two.
   * @param decide checks everything against the target it is given and hands the store a guard for it
   */
  async decideAndWrite<T>(target: Target, decide: (target: Target) => Promise<T>): Promise<T> {
    let current = target;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await decide(current);
      } catch (error) {
        if (!isChanged(error)) throw nameLocks(error, [current.href]);
        if (attempt >= this.options.writeAttempts) {
          throw new DavProblem(503, 'this is being changed by many at once; try again', undefined, {
            'Retry-After': '1',
          });
        }
        current = await this.locateRequest();
      }
    }
  }
}

/** The store found something else than the gateway had seen: guarded things changed, a name was taken, a collection went. */
function isChanged(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  const { code, detail } = error;
  if (code === 'already-exists' || code === 'not-found') return true;
  return code === 'precondition-failed' && detail.condition === 'changed';
}
