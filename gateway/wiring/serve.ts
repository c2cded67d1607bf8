/** Runs a gateway as a service: first start, signals, and the end. */
import { systemClock } from '../ports/clock.ts';
import type { Call } from '../ports/call.ts';
import type { Log } from '../ports/log.ts';
import { createLog } from '../server/log.ts';
import type { Terminal } from './cli/terminal.ts';
import { tell } from './cli/terminal.ts';
import type { Config } from './config/load.ts';
import { ConfigError } from './config/problems.ts';
import { ensureAdministrator } from './first-start/administrator.ts';
import { keepNames } from './first-start/embedded.ts';
import { languageOf } from './first-start/language.ts';
import { welcome } from './first-start/welcome.ts';
import { createGateway } from './gateway.ts';
import type { Gateway } from './gateway.ts';
import { Signals } from './signals.ts';
import { dataDirOf } from './stores.ts';

export interface ServeOptions {
  /** Reads the configuration; called again on SIGHUP. @throws ConfigError */
  readonly load: () => Promise<Config>;
  readonly terminal: Terminal;
  /** There is no configuration: the first administrator is made and the person is told how to go on. */
  readonly embedded: boolean;
}

/** Resolves when the gateway has ended after a signal. */
export async function serve(options: ServeOptions): Promise<void> {
  const config = await options.load();
  using signals = new Signals(process);
  const log = createLog({ level: config.logging.level, clock: systemClock });
  await using gateway = await createGateway(config, { log, environment: options.terminal.environment });
  if (options.embedded) await greet(gateway, config, options.terminal, log.log);
  await obey(gateway, signals, options.load, log.log);
}

/** Does what signals ask for, until one asks for the end and the gateway has drained; a second one cuts that short. */
export async function obey(gateway: Gateway, signals: Signals, load: () => Promise<Config>, log: Log): Promise<void> {
  while ((await signals.next()) === 'reload') await reload(gateway, load, log);
  const again = async (): Promise<void> => {
    while ((await signals.next()) === 'reload') log.warn('gateway.reload', { result: 'refused' });
    log.warn('gateway.drain', { result: 'aborted' });
  };
  await Promise.race([gateway.drain(), again()]);
}

/** A configuration that has problems changes nothing. */
async function reload(gateway: Gateway, load: () => Promise<Config>, log: Log): Promise<void> {
  try {
    await gateway.reload(await load());
  } catch (error) {
    const problems = error instanceof ConfigError ? { problems: error.message.split('\n') } : { error };
    log.error('gateway.reload', { result: 'failed', ...problems });
  }
}

async function greet(gateway: Gateway, config: Config, terminal: Terminal, log: Log): Promise<void> {
  const language = languageOf(terminal.environment);
  const dataDir = dataDirOf(config);
  const [domain] = gateway.domains.all;
  if (domain === undefined) throw new Error('a gateway without domains was built');
  await keepNames(dataDir, config);
  const call: Call = { signal: terminal.signal, log };
  const administrator = await ensureAdministrator(domain, language, call);
  const { addresses, authorityFile } = gateway;
  const facts = {
    hostname: config.server.hostname,
    addresses,
    dataDir,
    authorityFile,
    administrator,
    domain: domain.name,
  };
  tell(terminal, welcome(facts, language));
}
