/** `npm run bench`: Passerelle and its peers, measured in turns (A B C A B C), so that a slow minute is everybody's. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findProgram, nginxDavExtPart } from '../protocol-tests/support/parts.ts';
import { measure, type Measurement } from './measure.ts';
import { parseOptions, usage, type BenchOptions } from './options.ts';
import { formatTable, makeRows, type Row } from './report.ts';
import { createFixtures, createScenarios, defaultSizes, type Fixtures, type Scenario } from './scenarios.ts';
import { startServer, type MeasuredServer, type ServerName } from './servers.ts';

function say(options: BenchOptions, text: string): void {
  (options.json === '-' ? process.stderr : process.stdout).write(`${text}\n`);
}

function chooseScenarios(options: BenchOptions): readonly Scenario[] {
  const scenarios = createScenarios({ ...defaultSizes, largeFolder: options.largeFolder });
  const { only } = options;
  const chosen = scenarios.filter(({ name }) => only.length === 0 || only.some((prefix) => name.startsWith(prefix)));
  if (chosen.length === 0) throw new Error(`--only: there is ${scenarios.map(({ name }) => name).join(', ')}`);
  return chosen;
}

/** Why a server cannot be measured here; undefined when it can. */
function missingPart(name: ServerName): string | undefined {
  if (name === 'apache') return findProgram('apache2') === undefined ? 'apache2 is not installed' : undefined;
  if (name === 'passerelle') return undefined;
  if (findProgram('nginx') === undefined) return 'nginx is not installed';
  return nginxDavExtPart().isPresent ? undefined : `${nginxDavExtPart().name} is not installed`;
}

async function startServers(options: BenchOptions, stack: AsyncDisposableStack): Promise<readonly MeasuredServer[]> {
  const nodeArguments =
    options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${resolve(options.profile)}`];
  const servers: MeasuredServer[] = [];
  for (const name of options.servers) {
    const missing = missingPart(name);
    if (missing === undefined)
      servers.push(stack.use(await startServer(name, { workers: options.workers, nodeArguments })));
    else say(options, `${name} is left out: ${missing}\n`);
  }
  return servers;
}

async function runScenario(
  scenario: Scenario,
  servers: readonly MeasuredServer[],
  fixtures: Fixtures,
  options: BenchOptions,
): Promise<readonly Row[]> {
  const able = servers.filter(({ name }) => scenario.servers.includes(name));
  for (const server of able) await scenario.prepare(server, fixtures);
  const rounds = new Map<ServerName, Measurement[]>(able.map(({ name }) => [name, []]));
  const connections = options.connections ?? scenario.connections;
  for (let round = 0; round < options.rounds; round += 1) {
    for (const server of able) {
      const { host, port, caFile, authorization } = server;
      const work = await scenario.work(server, round);
      const durationMs = options.seconds * 1000;
      const { warmUp } = scenario;
      const job = { host, port, caFile, authorization, connections, durationMs, warmUp, work };
      rounds.get(server.name)?.push(await measure(server, job));
      await scenario.verify?.(server, round);
    }
  }
  return makeRows({ ...scenario, connections }, rounds);
}

async function bench(options: BenchOptions): Promise<void> {
  const scenarios = chooseScenarios(options);
  await using stack = new AsyncDisposableStack();
  const servers = await startServers(options, stack);
  const fixtures = createFixtures({ ...defaultSizes, largeFolder: options.largeFolder });
  const rows: Row[] = [];
  for (const scenario of scenarios) {
    const more = await runScenario(scenario, servers, fixtures, options);
    if (more.length > 0) say(options, formatTable(more));
    rows.push(...more);
  }
  if (rows.some((row) => row.clientCpuShare > 0.85)) {
    say(options, '! the load process itself took nearly a whole processor: the server could have done more');
  }
  if (options.json === '-') process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
  else if (options.json !== undefined) await writeFile(options.json, `${JSON.stringify(rows, undefined, 2)}\n`);
}

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(usage);
  else if (options.list)
    for (const { name, title } of chooseScenarios(options)) say(options, `${name.padEnd(16)} ${title}`);
  else await bench(options);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exitCode = 1;
}
