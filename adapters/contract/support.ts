/** What the contract suites share. */
import { createHash } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import type { Call } from '../../gateway/ports/call.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { ErrorCode } from '../../gateway/ports/errors.ts';
import { silentLog } from '../../gateway/ports/log.ts';

/** A call that nobody gives up, or that ends with the given signal. */
export function callOf(signal: AbortSignal = new AbortController().signal): Call {
  return { signal, log: silentLog };
}

/** Octets that look random and are the same for the same seed. */
export function octetsOf(size: number, seed: number | string): Buffer {
  const octets = Buffer.alloc(size);
  let state = createHash('sha256').update(String(seed)).digest().readUInt32LE(0) | 1;
  for (let index = 0; index < size; index += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    octets[index] = state & 0xff;
  }
  return octets;
}

export function sha256Of(octets: Uint8Array): string {
  return createHash('sha256').update(octets).digest('hex');
}

/** A body in chunks. */
export async function* bodyOf(octets: Uint8Array, chunkOctets: number = 16 * 1024): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < octets.byteLength; start += chunkOctets) {
    yield octets.subarray(start, start + chunkOctets);
  }
}

/** A body that gives some octets and then fails. */
export async function* failingBody(octets: Uint8Array, failure: Error): AsyncGenerator<Uint8Array> {
  yield* bodyOf(octets);
  throw failure;
}

export interface StalledBody extends AsyncIterable<Uint8Array> {
  /** Resolves when the octets were taken and more is waited for. */
  readonly stalled: Promise<void>;
}

/** A body that gives some octets and then neither more nor an end. */
export function stalledBody(octets: Uint8Array): StalledBody {
  const { promise: stalled, resolve: arrive } = Promise.withResolvers<void>();
  return {
    stalled,
    async *[Symbol.asyncIterator]() {
      yield octets;
      arrive();
      await new Promise<never>(() => undefined);
    },
  };
}

export async function collect(body: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

/** Asserts that work fails with a GatewayError of this code, and of this condition if one is given. */
export async function throwsCode(
  t: ExecutionContext,
  work: Promise<unknown>,
  code: ErrorCode,
  condition?: string,
): Promise<GatewayError | undefined> {
  const error = await t.throwsAsync(work, { instanceOf: GatewayError });
  t.is(error?.code, code);
  if (condition !== undefined) t.is(error?.detail.condition, condition);
  return error;
}

/** Asks until the answer is right. What never comes true ends in the test's own time limit. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve));
}

/** Runs work for each item, at most `width` at a time. */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    for (let next = iterator.next(); next.done !== true; next = iterator.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/** Runs what it is given at once while fewer than `width` run, and else when one ends. */
export function limited(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      // The place goes to the next in line, or is free.
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}

/** Asserts that two values of a port are equal. Instants are compared by their time, and properties that are getters too. */
export function same(t: ExecutionContext, actual: unknown, expected: unknown, message?: string): void {
  t.deepEqual(plain(actual), plain(expected), message);
}

/** A value as plain data that an assertion can compare and print. */
function plain(value: unknown): unknown {
  if (value instanceof Temporal.Instant) return value.toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  const properties = new Map<string, unknown>();
  for (let holder: unknown = value; holder !== null && holder !== Object.prototype;) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(holder as object))) {
      if (property.enumerable === true || 'get' in property) properties.set(name, plain(Reflect.get(value, name)));
    }
    holder = Object.getPrototypeOf(holder);
  }
  return Object.fromEntries(properties);
}
