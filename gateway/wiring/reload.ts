/** What changed between two configurations, and which of it takes effect while the gateway runs. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config/load.ts';
import { formatPath } from './config/problems.ts';

export interface ConfigChanges {
  /** Paths of keys that take effect at once. */
  readonly applied: readonly string[];
  /** Paths of keys that keep their old value until the gateway is started again. */
  readonly needRestart: readonly string[];
}

type Path = readonly string[];

/** A `*` stands for any one key. Everything below such a path takes effect at once. */
const live: readonly Path[] = [
  ['logging', 'level'],
  ['limits', 'dav'],
  ['limits', 'auth'],
  ['upkeep'],
  ['domains', '*', 'limits'],
  ['defaults', 'limits'],
  ['server', 'drainTimeout'],
  ['server', 'tls', 'certificates'],
];

export function compareConfigs(before: Config, after: Config): ConfigChanges {
  const changed = [...differences(before, after, [])].filter(([first]) => first !== 'file' && first !== 'baseDir');
  const split = Object.groupBy(changed, (path) => (isLive(path) ? 'applied' : 'needRestart'));
  return { applied: (split.applied ?? []).map(formatPath), needRestart: (split.needRestart ?? []).map(formatPath) };
}

/**
 * The configuration to go on with: what is live from the new one, everything else from the one that the gateway was built
 * from. A domain that is new has no limits to take over, and one that is gone keeps its old ones.
 */
export function mergeConfigs(built: Config, read: Config): Config {
  const domains = Object.fromEntries(
    Object.entries(built.domains).map(([name, domain]) => [
      name,
      { ...domain, limits: read.domains[name]?.limits ?? domain.limits },
    ]),
  );
  const { drainTimeout, tls } = read.server;
  return {
    ...built,
    server: { ...built.server, drainTimeout, tls: { ...built.server.tls, certificates: tls.certificates } },
    domains,
    defaults: { ...built.defaults, limits: read.defaults.limits },
    limits: { ...built.limits, dav: read.limits.dav, auth: read.limits.auth },
    logging: { ...built.logging, level: read.logging.level },
    upkeep: read.upkeep,
  };
}

function isLive(path: Path): boolean {
  return live.some((pattern) => pattern.every((part, index) => part === '*' || part === path[index]));
}

function* differences(before: unknown, after: unknown, path: Path): Generator<Path> {
  if (isDeepStrictEqual(before, after)) return;
  if (!isMap(before) || !isMap(after)) {
    yield path;
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    yield* differences(before[key], after[key], [...path, key]);
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.getPrototypeOf(value) === Object.prototype
  );
}
