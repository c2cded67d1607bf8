/** The end of a start without a configuration: somebody can sign in, and knows how to go on. */
import type { Log } from '../../ports/log.ts';
import type { Terminal } from '../cli/terminal.ts';
import { tell } from '../cli/terminal.ts';
import type { Config } from '../config/load.ts';
import type { Gateway } from '../gateway.ts';
import type { ListenerAddresses } from '../listeners.ts';
import { dataDirOf } from '../stores.ts';
import { ensureAdministrator } from './administrator.ts';
import { keepNames } from './embedded.ts';
import { languageOf } from './language.ts';
import { welcome } from './welcome.ts';

/** @param addresses of all listeners, those of other processes too */
export async function greet(
  gateway: Gateway,
  addresses: ListenerAddresses,
  config: Config,
  terminal: Terminal,
  log: Log,
): Promise<void> {
  const [domain] = gateway.domains.all;
  if (domain === undefined) throw new Error('a gateway without domains was built');
  const language = languageOf(terminal.environment);
  const dataDir = dataDirOf(config);
  await keepNames(dataDir, config);
  const administrator = await ensureAdministrator(domain, language, { signal: terminal.signal, log });
  const { hostname } = config.server;
  const { authorityFile } = gateway;
  const command = import.meta.url.endsWith('.ts') ? 'npm run passerelle --' : 'passerelle';
  tell(
    terminal,
    welcome({ hostname, addresses, dataDir, authorityFile, administrator, domain: domain.name, command }, language),
  );
}
