import type { SqlValue } from './engine.ts';

/** The most values one list may hold; longer inputs go in chunks (`chunks`). */
export const maxListLength = 512;

/**
 * The values of an `in (…)`. It is padded to the next power of two by repeating its last value, so that a template has at
 * most ten prepared forms.
 */
export class SqlList {
  readonly values: readonly SqlValue[];

  constructor(values: readonly SqlValue[]) {
    if (values.length === 0 || values.length > maxListLength) {
      throw new RangeError(`a list in a statement has 1 to ${maxListLength} values, not ${values.length}`);
    }
    const padded = [...values];
    const last = values[values.length - 1] as SqlValue;
    let size = 1;
    while (size < values.length) size *= 2;
    while (padded.length < size) padded.push(last);
    this.values = padded;
  }
}

export function list(values: readonly SqlValue[]): SqlList {
  return new SqlList(values);
}

/** Pieces of at most `maxListLength`. */
export function* chunks<T>(items: readonly T[], size: number = maxListLength): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
