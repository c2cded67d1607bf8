/** For tests: spoils good input in ways that a seed decides, so that a failure can be had again. */

/** A small generator of pseudo-random numbers (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  }

  pick<T>(all: readonly T[]): T {
    return all[this.below(all.length)] as T;
  }
}

/** One to four changes: units replaced, put in, taken out, repeated, swapped for those of another sample, or cut off. */
export function mutate(random: Random, samples: readonly string[], tokens: readonly string[]): string {
  let text = random.pick(samples);
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) {
    const at = random.below(text.length + 1);
    const end = Math.min(text.length, at + random.below(12));
    switch (random.below(7)) {
      case 0:
        text = text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
        break;
      case 1:
        text = text.slice(0, at) + random.pick(tokens) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + text.slice(end);
        break;
      case 3:
        text = text.slice(0, end) + text.slice(at, end).repeat(random.below(4)) + text.slice(end);
        break;
      case 4: {
        const other = random.pick(samples);
        const from = random.below(other.length + 1);
        text = text.slice(0, at) + other.slice(from, from + random.below(40)) + text.slice(end);
        break;
      }
      case 5:
        text = text.slice(0, at) + random.pick(tokens) + text.slice(end);
        break;
      default:
        if (random.below(4) === 0) text = text.slice(0, at);
    }
  }
  return text;
}

/** The seed of a run: another one by the environment variable `FUZZ_SEED`. */
export function seedOf(environment: Readonly<Record<string, string | undefined>>): number {
  return Number(environment['FUZZ_SEED'] ?? 20_261_123);
}
