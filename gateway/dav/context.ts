/** What a method is handed: the exchange, who asks, and how to find other targets. */
import type { Call } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import { GatewayError } from '../ports/errors.ts';
import type { Domains } from '../services/domains.ts';
import { decodePath } from '../wire/dav/href.ts';
import { badRequest, DavProblem } from './errors.ts';
import type { Exchange } from './exchange.ts';
import type { MountVisits } from './mount-visits.ts';
import { findTarget } from './namespace.ts';
import type { Viewer } from './namespace.ts';
import type { DavOptions } from './options.ts';
import type { PageSource } from './properties/load.ts';
import type { Target, TreePlace } from './target.ts';

export type Method = (context: Context, target: Target) => Promise<void>;

export class Context {
  readonly exchange: Exchange;
  readonly viewer: Viewer;
  readonly domains: Domains;
  readonly clock: Clock;
  readonly mounts: MountVisits;
  /** Path of the request URL, still percent-encoded. */
  readonly path: string;

  constructor(exchange: Exchange, viewer: Viewer, domains: Domains, clock: Clock, mounts: MountVisits, path: string) {
    this.exchange = exchange;
    this.viewer = viewer;
    this.domains = domains;
    this.clock = clock;
    this.mounts = mounts;
    this.path = path;
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
    if (!decoded.ok) throw badRequest(decoded.reason);
    const find = (): Promise<Target> =>
      findTarget(this.domains, this.viewer, decoded.segments, decoded.collection, this.call);
    const target = await find();
    return (await this.mounts.onVisit(this.viewer, target, this.call)) ? find() : target;
  }

  /** The same request as if it had been made to another path. */
  at(path: string): Context {
    return new Context(this.exchange, this.viewer, this.domains, this.clock, this.mounts, path);
  }

  /** What the request URL means now. */
  locateRequest(): Promise<Target> {
    return this.locate(this.path);
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
        if (!isChanged(error)) throw error;
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

function isChanged(error: unknown): boolean {
  return error instanceof GatewayError && error.code === 'precondition-failed' && error.detail.condition === 'changed';
}
