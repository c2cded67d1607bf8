/** Opens the stores of the configuration for one command, beside a running gateway or without one, and closes them again. */
import type { Call } from '../../ports/call.ts';
import { systemClock } from '../../ports/clock.ts';
import type { DirectoryAdministration, Principal, PrincipalKind } from '../../ports/directory.ts';
import type { Domain } from '../../services/domains.ts';
import { createLog } from '../../server/log.ts';
import { MemoryChangeFeed } from '../../../adapters/memory/change-feed.ts';
import { openStores } from '../stores.ts';
import type { Stores } from '../stores.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import { configFor } from './global-options.ts';
import type { GlobalOptions } from './global-options.ts';
import type { Terminal } from './terminal.ts';

export async function withStores<T>(
  options: GlobalOptions,
  terminal: Terminal,
  work: (stores: Stores, call: Call) => Promise<T>,
): Promise<T> {
  const config = await configFor(options, terminal);
  // What goes wrong in a store is for the person at the terminal, as the log of a gateway would have it.
  const destination = { write: (line: string) => void terminal.errors.write(line) };
  const { log } = createLog({ level: options.debug === true ? 'debug' : 'error', clock: systemClock, destination });
  await using stores = await openStores({
    clock: systemClock,
    log,
    feed: new MemoryChangeFeed(),
    currentConfig: () => config,
  });
  return await work(stores, { signal: terminal.signal, log });
}

/** An address as typed, with the domain that it lies in; a bare name belongs to the first domain. */
export function parseAddress(stores: Stores, typed: string): { readonly domain: Domain; readonly address: string } {
  const at = typed.lastIndexOf('@');
  const name = at === -1 ? undefined : typed.slice(at + 1);
  const domain = name === undefined ? stores.domains.all[0] : stores.domains.byName(name);
  if (domain === undefined) {
    const known = stores.domains.all.map((one) => one.name).join(', ');
    throw new CliError(exitCodes.notFound, `"${name ?? typed}" is not a domain of this gateway; there are: ${known}`);
  }
  return { domain, address: `${at === -1 ? typed : typed.slice(0, at)}@${domain.name}`.toLowerCase() };
}

/** @throws CliError when the accounts of the domain are kept elsewhere */
export function administrationOf(domain: Domain): DirectoryAdministration {
  const { administration } = domain.directory;
  if (administration !== undefined) return administration;
  throw new CliError(
    exitCodes.failed,
    `the accounts of ${domain.name} are kept in a directory that is not changed here`,
  );
}

/** The account or group with this address. @throws CliError when there is none of these kinds */
export async function findPrincipal(
  stores: Stores,
  typed: string,
  kinds: readonly PrincipalKind[],
  call: Call,
): Promise<{ readonly domain: Domain; readonly principal: Principal }> {
  const { domain, address } = parseAddress(stores, typed);
  const principal = await domain.directory.lookup(address, call);
  if (principal !== undefined && kinds.includes(principal.kind)) return { domain, principal };
  const what = kinds.includes('group') ? 'group' : 'account';
  const other = principal === undefined ? '' : `: that is a ${principal.kind}`;
  throw new CliError(exitCodes.notFound, `there is no ${what} ${address}${other}`);
}
