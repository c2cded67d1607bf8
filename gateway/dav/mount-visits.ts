/**
 * Keeps what others share in step with a person's home: looks when the home is visited or a name in it is missing, and at
 * most every few seconds, because clients visit often and ask for names that were never there.
 */
import type { Call } from '../ports/call.ts';
import type { Clock } from '../ports/clock.ts';
import { refreshMounts } from '../services/homes.ts';
import type { Viewer } from './namespace.ts';
import type { Target } from './target.ts';

const intervalMs = 10_000;
const rememberedPeople = 10_000;

export class MountVisits {
  readonly #clock: Clock;
  /** When each person's home was last looked at; the longest ago first. */
  readonly #lastMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns whether the home changed, so that what was found must be looked for again */
  async onVisit(viewer: Viewer, target: Target, call: Call): Promise<boolean> {
    if (!concernsHome(viewer, target) || !this.#isDue(viewer.principal.id)) return false;
    return refreshMounts(viewer.domain, viewer.principal, call);
  }

  #isDue(principalId: string): boolean {
    const now = this.#clock.nowMs();
    const last = this.#lastMs.get(principalId);
    if (last !== undefined && now - last < intervalMs) return false;
    this.#lastMs.delete(principalId);
    this.#lastMs.set(principalId, now);
    if (this.#lastMs.size > rememberedPeople) {
      const oldest = this.#lastMs.keys().next().value;
      if (oldest !== undefined) this.#lastMs.delete(oldest);
    }
    return true;
  }
}

function concernsHome(viewer: Viewer, target: Target): boolean {
  if (target.kind !== 'node' && target.kind !== 'unmapped' && target.kind !== 'orphan') return false;
  if (target.asked.owner !== viewer.principal.id) return false;
  return target.path.length === 0 || target.resolution.links.length === 1;
}
