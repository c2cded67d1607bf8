/** The command line of `npm run bench`. */
import { parseArgs } from 'node:util';
import { serverNames, type ServerName } from './servers.ts';

export const usage = `npm run bench -- [OPTIONS]

Measures Passerelle, Apache mod_dav and nginx dav in turns, over TLS, on this machine.

  --only NAMES        scenarios, or beginnings of their names, separated by commas (default: all)
  --servers NAMES     of ${serverNames.join(', ')} (default: all that are installed)
  --seconds N         measured time of one run (default 1.5)
  --rounds N          how often each server has its turn (default 3)
  --connections N     instead of each scenario's own number
  --workers N         processes of Passerelle (default 1)
  --large-folder N    members of the large folder (default 100,000)
  --profile FOLDER    writes a CPU profile of Passerelle there when it ends
  --json FILE         writes all rows there; - is standard output, the table then goes to standard error
  --list              says what there is to measure
  --help              says this
`;

export interface BenchOptions {
  readonly only: readonly string[];
  readonly servers: readonly ServerName[];
  readonly seconds: number;
  readonly rounds: number;
  readonly connections: number | undefined;
  readonly workers: number;
  readonly largeFolder: number;
  readonly profile: string | undefined;
  readonly json: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

/** @throws Error that says which option is not right */
export function parseOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: text,
      servers: text,
      seconds: { ...text, default: '1.5' },
      rounds: { ...text, default: '3' },
      connections: text,
      workers: { ...text, default: '1' },
      'large-folder': { ...text, default: '100000' },
      profile: text,
      json: text,
      list: flag,
      help: flag,
    },
  });
  return {
    only: names(values.only),
    servers: values.servers === undefined ? serverNames : names(values.servers).map(serverName),
    seconds: positive('seconds', values.seconds),
    rounds: positive('rounds', values.rounds),
    connections: values.connections === undefined ? undefined : positive('connections', values.connections),
    workers: positive('workers', values.workers),
    largeFolder: positive('large-folder', values['large-folder']),
    profile: values.profile,
    json: values.json,
    list: values.list,
    help: values.help,
  };
}

function names(list: string | undefined): readonly string[] {
  return (list ?? '').split(',').filter((name) => name !== '');
}

function serverName(name: string): ServerName {
  const found = serverNames.find((known) => known === name);
  if (found === undefined) throw new Error(`--servers: ${name} is none of ${serverNames.join(', ')}`);
  return found;
}

function positive(option: string, value: string): number {
  const number = Number(value);
  if (!(number > 0) || !Number.isFinite(number)) throw new Error(`--${option} must be a number above 0, is ${value}`);
  return number;
}
