/** What a configuration says of itself in two places must agree: names lead somewhere, ports are free, files are named. */
import { adapterPorts } from '../adapters/offers.ts';
import type { PortName } from './domains.ts';
import { didYouMean } from './did-you-mean.ts';
import { listenerNames } from './listeners.ts';
import { problemAt } from './problems.ts';
import type { ConfigProblem } from './problems.ts';
import type { ConfigValues } from './schema.ts';
import type { ConfigPath, YamlSource } from './source.ts';

/**
 * @param wrong sections that have not their shape: what would have to be compared with one of them is not looked at, because half
 *   of a section gives problems that are not there
 */
export function checkReferences(
  values: ConfigValues,
  source: YamlSource,
  wrong: ReadonlySet<PropertyKey> = new Set(),
): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (path: ConfigPath, message: string): void => {
    problems.push(problemAt(source, path, message));
  };
  for (const [check, ...sections] of checks) {
    if (!sections.some((section) => wrong.has(section))) check(values, report);
  }
  return problems;
}

type Report = (path: ConfigPath, message: string) => void;
type Check = (values: ConfigValues, report: Report) => void;

/** Each check with the sections that it reads. */
const checks: readonly (readonly [Check, ...(readonly (keyof ConfigValues)[])])[] = [
  [checkRoutes, 'domains', 'defaults', 'adapters'],
  [checkAdapters, 'adapters'],
  [checkDomainNames, 'domains'],
  [checkListeners, 'listeners'],
  [checkLimits, 'limits'],
  [checkCertificates, 'server'],
];

/** Every domain's adapters exist and offer the port that they are named for. */
function checkRoutes(values: ConfigValues, report: Report): void {
  const seen = new Set<string>();
  const check = (path: ConfigPath, name: string, port: PortName): void => {
    const key = path.join('\n');
    if (seen.has(key)) return;
    seen.add(key);
    const problem = routeProblem(values, name, port);
    if (problem !== undefined) report(path, problem);
  };
  for (const [domainName, domain] of Object.entries(values.domains)) {
    const place = (port: PortName): ConfigPath =>
      domain[port] === undefined ? ['defaults', port] : ['domains', domainName, port];
    const directories = domain.directory ?? values.defaults.directory;
    for (const [index, name] of directories.entries()) check([...place('directory'), index], name, 'directory');
    check(place('collections'), domain.collections ?? values.defaults.collections, 'collections');
    check(place('blobs'), domain.blobs ?? values.defaults.blobs, 'blobs');
  }
}

function routeProblem(values: ConfigValues, name: string, port: PortName): string | undefined {
  const adapter = values.adapters[name];
  if (adapter === undefined) return unknownAdapter(values, name);
  const offered = adapterPorts[adapter.kind];
  if (offered.includes(port)) return undefined;
  const able = Object.entries(values.adapters).filter(([, other]) => adapterPorts[other.kind].includes(port));
  const instead = able.length === 0 ? '' : `; these do: ${able.map(([other]) => other).join(', ')}`;
  return `the adapter "${name}" (${adapter.kind}) does not offer ${port}${instead}`;
}

function unknownAdapter(values: ConfigValues, name: string): string {
  const names = Object.keys(values.adapters);
  const guess = didYouMean(name, names);
  const known = names.length === 0 ? 'there are none' : `there are ${names.join(', ')}`;
  return `there is no adapter "${name}"; ${guess === undefined ? known : `did you mean "${guess}"?`}`;
}

/** Adapters that are built on others: the others exist and are of the right kind; no two share a place. */
function checkAdapters(values: ConfigValues, report: Report): void {
  const places = new Map<string, string>();
  for (const [name, adapter] of Object.entries(values.adapters)) {
    if (adapter.kind === 'accounts') {
      const store = values.adapters[adapter.store];
      if (store === undefined) report(['adapters', name, 'store'], unknownAdapter(values, adapter.store));
      else if (store.kind !== 'sqlite') {
        report(['adapters', name, 'store'], `must name an adapter of kind sqlite; "${adapter.store}" is ${store.kind}`);
      }
    } else {
      const other = places.get(adapter.path);
      if (other !== undefined) report(['adapters', name, 'path'], `is the place of the adapter "${other}" too`);
      places.set(adapter.path, name);
    }
  }
}

function checkDomainNames(values: ConfigValues, report: Report): void {
  const owners = new Map(Object.keys(values.domains).map((name) => [name, name]));
  for (const [name, domain] of Object.entries(values.domains)) {
    for (const [index, alias] of domain.aliases.entries()) {
      const owner = owners.get(alias);
      if (owner !== undefined) {
        report(
          ['domains', name, 'aliases', index],
          `"${alias}" is ${owner === alias ? 'a domain' : `an alias of "${owner}"`} already`,
        );
      }
      owners.set(alias, name);
    }
  }
}

function checkListeners(values: ConfigValues, report: Report): void {
  const taken = new Map<string, string>();
  for (const name of listenerNames) {
    const listener = values.listeners[name];
    if (listener === undefined) continue;
    const place = `${listener.address} ${listener.port}`;
    const other = taken.get(place);
    if (other !== undefined && listener.port !== 0) {
      report(['listeners', name, 'port'], `port ${listener.port} is the one of listeners.${other} too`);
    }
    taken.set(place, name);
    if ('proxyProtocol' in listener && listener.proxyProtocol !== 'off' && listener.trustedProxies.length === 0) {
      report(['listeners', name, 'trustedProxies'], 'must name the load balancers, because proxyProtocol is on');
    }
  }
  if (taken.size === 0) report(['listeners'], `must have at least one of ${listenerNames.join(', ')}`);
}

function checkLimits(values: ConfigValues, report: Report): void {
  const { dav } = values.limits;
  if (dav.lockTimeout > dav.maxLockTimeout)
    report(['limits', 'dav', 'lockTimeout'], 'must not be longer than maxLockTimeout');
  if (dav.inlineSize > dav.maxPutSize) report(['limits', 'dav', 'inlineSize'], 'must not be larger than maxPutSize');
}

function checkCertificates({ server: { tls } }: ConfigValues, report: Report): void {
  const path = ['server', 'tls', 'certificates'];
  if (tls.mode === 'files' && tls.certificates.length === 0) {
    report(path, 'must name at least one certificate, because mode is files');
  }
  if (tls.mode === 'self-signed' && tls.certificates.length > 0) {
    report(path, 'are not used while mode is self-signed: set mode to files, or take them away');
  }
}
