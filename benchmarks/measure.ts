/** One run of one scenario on one server: the load in a process of its own, the server watched from outside. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { cpuSecondsOf, resetPeak, treePeakOctets, processTree } from '../protocol-tests/support/memory.ts';
import type { LoadJob, LoadMessage, LoadResult } from './load/job.ts';
import type { MeasuredServer } from './servers.ts';

export interface Measurement extends LoadResult {
  /** Processor seconds of the server's processes in the measured time. */
  readonly serverCpuSeconds: number;
  /** Sum of the peaks of resident memory of the server's processes in the run. */
  readonly serverPeakOctets: number;
}

const loadFile = fileURLToPath(new URL('load/main.ts', import.meta.url));

/** @throws Error when an answer was not the right one, or the load process ended without a result */
export async function measure(server: MeasuredServer, job: LoadJob): Promise<Measurement> {
  for (const pid of processTree(server.pid)) resetPeak(pid);
  let cpuBefore = 0;
  const child = fork(loadFile, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    return await new Promise<Measurement>((resolve, reject) => {
      child.on('message', (message: LoadMessage) => {
        if (message.type === 'begin') cpuBefore = cpuSecondsOf(server.pid);
        else if (message.type === 'failed') reject(new Error(`${server.name}: ${message.reason}`));
        else {
          const serverCpuSeconds = cpuSecondsOf(server.pid) - cpuBefore;
          resolve({ ...message.result, serverCpuSeconds, serverPeakOctets: treePeakOctets(server.pid) });
        }
      });
      child.once('error', reject);
      child.once('exit', (code) => {
        reject(new Error(`the load process ended with ${code} and no result`));
      });
      child.send(job);
    });
  } finally {
    child.kill('SIGKILL');
  }
}
