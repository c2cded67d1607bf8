/**
 * The configuration of a gateway that was given none: SQLite and a folder in one data folder, unprivileged ports, one domain.
 * The names that were chosen at the first start are kept in the data folder, because accounts belong to their domain.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../certificates/private-file.ts';
import type { Config } from '../config/load.ts';
import { configFrom } from '../config/load.ts';
import { ConfigError } from '../config/problems.ts';

export interface EmbeddedNames {
  readonly hostname: string;
  readonly domain: string;
}

const defaultNames: EmbeddedNames = { hostname: 'localhost', domain: 'localhost' };

function namesFile(dataDir: string): string {
  return join(dataDir, 'embedded.json');
}

/**
 * @param dataDir absolute
 * @param wanted names from the command line; what is left out is as at the first start
 * @throws ConfigError a name is not one, or the data belong to another domain
 */
export async function embeddedConfig(dataDir: string, wanted: Partial<EmbeddedNames>): Promise<Config> {
  const kept = await keptNames(dataDir);
  const domain = (wanted.domain ?? kept?.domain ?? defaultNames.domain).toLowerCase();
  if (kept !== undefined && kept.domain !== domain) {
    const message = `the data in ${dataDir} are those of the domain ${kept.domain}: to serve other domains, write a configuration`;
    throw new ConfigError('--domain', [{ path: '', line: 0, column: 0, message }]);
  }
  const hostname = wanted.hostname ?? kept?.hostname ?? defaultNames.hostname;
  return configFrom({ server: { hostname, dataDir }, domains: { [domain]: {} } }, dataDir);
}

/** Remembers the names for the next start. */
export async function keepNames(dataDir: string, config: Config): Promise<void> {
  const [domain = defaultNames.domain] = Object.keys(config.domains);
  const names: EmbeddedNames = { hostname: config.server.hostname, domain };
  const kept = await keptNames(dataDir);
  if (kept?.domain === names.domain && kept.hostname === names.hostname) return;
  await replaceFile(namesFile(dataDir), `${JSON.stringify(names, undefined, 2)}\n`, 0o600);
}

async function keptNames(dataDir: string): Promise<EmbeddedNames | undefined> {
  let text: string;
  try {
    text = await readFile(namesFile(dataDir), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const value: unknown = JSON.parse(text);
  const hostname: unknown = Reflect.get(Object(value), 'hostname');
  const domain: unknown = Reflect.get(Object(value), 'domain');
  if (typeof hostname === 'string' && typeof domain === 'string') return { hostname, domain };
  const message = 'must have the texts hostname and domain; if it was lost, write it with those of the accounts';
  throw new ConfigError(namesFile(dataDir), [{ path: '', line: 0, column: 0, message }]);
}
