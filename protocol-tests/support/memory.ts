/** What a process and its children use, read from /proc (Linux). */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';

export interface MemoryUse {
  /** Resident octets now. */
  readonly rssOctets: number;
  /** The most that was resident since the start or the last `resetPeak` (VmHWM). */
  readonly peakOctets: number;
}

const ticksPerSecond = 100; // USER_HZ, fixed at 100 in what /proc shows (proc(5))

/** undefined when the process is gone. */
function readProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return undefined;
  }
}

function kibibytes(status: string, field: string): number {
  const match = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status);
  return Number(match?.[1] ?? 0) * 1024;
}

/** @throws Error when the process is gone */
export function memoryOf(pid: number): MemoryUse {
  const status = readProc(pid, 'status');
  if (status === undefined) throw new Error(`process ${pid} is gone`);
  return { rssOctets: kibibytes(status, 'VmRSS'), peakOctets: kibibytes(status, 'VmHWM') };
}

/** Lets `peakOctets` begin anew (proc(5), clear_refs 5). */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Fields of /proc/PID/stat behind the program's name, which may itself hold spaces and parentheses. */
function statFields(pid: number): readonly string[] | undefined {
  const stat = readProc(pid, 'stat');
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The process and all its descendants that are alive. */
export function processTree(pid: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync('/proc')) {
    const candidate = Number(entry);
    if (!Number.isInteger(candidate)) continue;
    const parent = Number(statFields(candidate)?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), candidate]);
  }
  const tree: number[] = [];
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    tree.push(next);
    waiting.push(...(children.get(next) ?? []));
  }
  return tree;
}

/** Seconds of processor that the processes of a tree have used, user and system, with those of children that ended. */
export function cpuSecondsOf(pid: number): number {
  let ticks = 0;
  for (const member of processTree(pid)) {
    const fields = statFields(member);
    if (fields === undefined) continue;
    for (const index of [11, 12, 13, 14]) ticks += Number(fields[index]); // utime, stime, cutime, cstime
  }
  return ticks / ticksPerSecond;
}

/** Resident octets of a tree, pages that its processes share counted once for each. */
export function treeRssOctets(pid: number): number {
  return processTree(pid)
    .map((member) => readProc(member, 'status'))
    .reduce((sum, status) => sum + (status === undefined ? 0 : kibibytes(status, 'VmRSS')), 0);
}

/** Sum of what each process of a tree had at most since its start or its `resetPeak`; shared pages count for each. */
export function treePeakOctets(pid: number): number {
  return processTree(pid)
    .map((member) => readProc(member, 'status'))
    .reduce((sum, status) => sum + (status === undefined ? 0 : kibibytes(status, 'VmHWM')), 0);
}

export interface MemorySampler extends Disposable {
  /** The highest sum of resident octets of the tree that was seen. */
  readonly peakOctets: number;
}

/** Looks at a process tree again and again. A single process's own peak is exact in `memoryOf`. */
export function sampleMemory(pid: number, everyMs = 100): MemorySampler {
  let peak = treeRssOctets(pid);
  const timer = setInterval(() => {
    peak = Math.max(peak, treeRssOctets(pid));
  }, everyMs);
  return {
    get peakOctets() {
      peak = Math.max(peak, treeRssOctets(pid));
      return peak;
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
    },
  };
}
