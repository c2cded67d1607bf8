import type { Target } from './target.ts';

/** RFC 2119 level of the rule that a case checks. */
export type Level = 'MUST' | 'SHOULD' | 'MAY';

export const levels: readonly Level[] = ['MUST', 'SHOULD', 'MAY'];

/** What a server may offer or not; found out by the probe before the cases run. */
export const capabilities = [
  'class 1',
  'class 2',
  'class 3',
  'dead-properties',
  'etag',
  'last-modified',
  'ranges',
  'quota',
  'access-control',
  'acl-method',
  'current-user-principal',
  'extended-mkcol',
  'sync-collection',
  'expand-property',
  'principal-match',
  'principal-property-search',
  'principal-search-property-set',
  'acl-principal-prop-set',
  'prefer-minimal',
  'prefer-representation',
  'depth-noroot',
] as const;

export type Capability = (typeof capabilities)[number];

/** One rule of a standard and the function that checks it on a server. */
export interface ConformanceCase {
  /** Unique and stable, for example `rfc4918-9.10.4-lock-depth-infinity`. */
  readonly id: string;
  /** For example `RFC 4918`. */
  readonly standard: string;
  /** For example `9.10.4`. */
  readonly section: string;
  readonly level: Level;
  /** What is checked, in one sentence. */
  readonly title: string;
  /** The case is skipped where the server lacks one of these. */
  readonly needs: readonly Capability[];
  /** True: no other case may run at the same time, because the case measures something they change. */
  readonly alone: boolean;
  /** Returns when the rule holds; throws `CaseFailure`, `CaseSkipped` or `PreparationError`. */
  readonly run: (target: Target) => Promise<void>;
}

export interface CaseOptions {
  readonly needs?: readonly Capability[];
  readonly alone?: boolean;
}

type Define = (
  section: string,
  slug: string,
  title: string,
  options: CaseOptions,
  run: ConformanceCase['run'],
) => ConformanceCase;

/**
 * Makes the three functions that define the cases of one standard, one a level.
 *
 * @param standard for example `RFC 4918`
 * @param always capabilities that every case of the standard needs
 */
export function casesOf(standard: string, always: readonly Capability[] = []): Record<Lowercase<Level>, Define> {
  const define =
    (level: Level): Define =>
    (section, slug, title, options, run) => ({
      id: `${standard.toLowerCase().replaceAll(' ', '')}-${section}-${slug}`,
      standard,
      section,
      level,
      title,
      needs: [...always, ...(options.needs ?? [])],
      alone: options.alone ?? false,
      run,
    });
  return { must: define('MUST'), should: define('SHOULD'), may: define('MAY') };
}
