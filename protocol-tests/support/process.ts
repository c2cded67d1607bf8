/** Child processes of tests: each in a process group of its own, with its output kept, ended by its id. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { until } from './wait.ts';

export interface ProcessOptions {
  readonly command: string;
  readonly args?: readonly string[];
  /** Added to this process's own environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Written to standard input, which is then closed. */
  readonly input?: string;
  /** Polled until it says true; a process without it is ready when it is started. */
  readonly ready?: (running: RunningProcess) => boolean | Promise<boolean>;
  /** Milliseconds to become ready in. Default 15,000. */
  readonly readyTimeoutMs?: number;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningProcess extends AsyncDisposable {
  readonly pid: number;
  /** What it wrote on both streams so far; the last two million characters. */
  output(): string;
  /** What it wrote on standard output alone. */
  standardOutput(): string;
  readonly ended: Promise<ProcessEnd>;
  /** Sends a signal to the process itself, not to its children. */
  signal(name: NodeJS.Signals): void;
  /** Ends the whole group at once, as a power cut would: SIGKILL. */
  kill(): Promise<ProcessEnd>;
  /** SIGTERM to the process; SIGKILL to its group when it is not gone in time. */
  stop(graceMs?: number): Promise<ProcessEnd>;
}

const keptCharacters = 2_000_000;

class OutputKeeper {
  #text = '';

  readonly add = (chunk: string): void => {
    this.#text = (this.#text + chunk).slice(-keptCharacters);
  };

  get text(): string {
    return this.#text;
  }
}

/** @throws Error with the output, when the process ends or the time is over before it is ready */
export async function startProcess(options: ProcessOptions): Promise<RunningProcess> {
  const child = spawn(options.command, options.args ?? [], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  await once(child, 'spawn');
  const running = watch(child);
  child.stdin.on('error', () => undefined); // it may end without reading its input; how it ended is what counts
  child.stdin.end(options.input ?? '');
  try {
    await waitUntilReady(options, running, child);
  } catch (error) {
    await running.kill();
    throw new Error(`${options.command} did not become ready; it said:\n${running.output()}`, { cause: error });
  }
  return running;
}

async function waitUntilReady(options: ProcessOptions, running: RunningProcess, child: ChildProcess): Promise<void> {
  const { ready, readyTimeoutMs = 15_000 } = options;
  if (ready === undefined) return;
  await until(
    `${options.command} ready`,
    () => {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended');
      return ready(running);
    },
    { timeoutMs: readyTimeoutMs },
  );
}

function watch(child: ChildProcess): RunningProcess {
  const { pid } = child;
  if (pid === undefined) throw new Error('a started process has no id');
  const all = new OutputKeeper();
  const standard = new OutputKeeper();
  child.stdout?.setEncoding('utf8').on('data', all.add).on('data', standard.add);
  child.stderr?.setEncoding('utf8').on('data', all.add);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ code, signal });
    });
  });
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const kill = (): Promise<ProcessEnd> => {
    signalGroup(pid, 'SIGKILL');
    return ended;
  };
  const stop = async (graceMs = 10_000): Promise<ProcessEnd> => {
    if (hasEnded()) return kill(); // children that outlived it still hold the group
    child.kill('SIGTERM');
    const timer = setTimeout(() => {
      signalGroup(pid, 'SIGKILL');
    }, graceMs);
    try {
      return await ended;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    pid,
    output: () => all.text,
    standardOutput: () => standard.text,
    ended,
    signal: (name) => {
      child.kill(name);
    },
    kill,
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop();
    },
  };
}

/** A group that is gone already is what was wanted. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export interface FinishedProcess extends ProcessEnd {
  readonly output: string;
  readonly standardOutput: string;
}

/**
 * Runs a program to its end.
 * @param timeoutMs after which its group is ended by SIGKILL. Default 120,000
 */
export async function runProcess(options: ProcessOptions & { timeoutMs?: number }): Promise<FinishedProcess> {
  const running = await startProcess(options);
  const timer = setTimeout(() => void running.kill(), options.timeoutMs ?? 120_000);
  try {
    const end = await running.ended;
    return { ...end, output: running.output(), standardOutput: running.standardOutput() };
  } finally {
    clearTimeout(timer);
  }
}

/** As `runProcess`, and fails with the output unless the program ended with 0. @returns its standard output */
export async function runToSuccess(options: ProcessOptions & { timeoutMs?: number }): Promise<string> {
  const finished = await runProcess(options);
  if (finished.code === 0) return finished.standardOutput;
  const end = String(finished.code ?? finished.signal);
  throw new Error(`${options.command} ${(options.args ?? []).join(' ')} ended with ${end}:\n${finished.output}`);
}
