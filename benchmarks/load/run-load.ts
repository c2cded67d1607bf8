/** Drives a job: opens the connections, warms up, measures. */
import { readFileSync } from 'node:fs';
import { LoadConnection } from './connection.ts';
import type { LoadJob, LoadResult } from './job.ts';
import { createSession, type Session } from './sessions.ts';
import { percentiles } from './statistics.ts';

interface Driver {
  readonly connection: LoadConnection;
  readonly session: Session;
}

/** @param onBegin called when everything is warm and the measured time begins */
export async function runLoad(job: LoadJob, onBegin: () => void): Promise<LoadResult> {
  const ca = readFileSync(job.caFile);
  const drivers: readonly Driver[] = Array.from({ length: job.connections }, (_, number) => ({
    connection: new LoadConnection({ host: job.host, port: job.port, ca }),
    session: createSession(job, number),
  }));
  try {
    const ciphers = await Promise.all(drivers.map(({ connection }) => connection.open()));
    await Promise.all(drivers.map((driver) => warmUp(driver, job.warmUp)));
    return await measure(drivers, job, ciphers[0] ?? '', onBegin);
  } finally {
    for (const { connection } of drivers) connection.close();
  }
}

async function warmUp({ connection, session }: Driver, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await session(connection);
}

async function measure(
  drivers: readonly Driver[],
  job: LoadJob,
  cipher: string,
  onBegin: () => void,
): Promise<LoadResult> {
  const latencies: number[] = [];
  let octets = 0;
  onBegin();
  const cpuBefore = process.cpuUsage();
  const beginMs = performance.now();
  const drive = async ({ connection, session }: Driver): Promise<void> => {
    for (let now = performance.now(); now - beginMs < job.durationMs;) {
      const moved = await session(connection);
      octets += moved; // not in one statement: it would add to what was there before the wait
      const after = performance.now();
      latencies.push(after - now);
      now = after;
    }
  };
  await Promise.all(drivers.map(drive));
  const elapsedSeconds = (performance.now() - beginMs) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    requests: latencies.length,
    octets,
    elapsedSeconds,
    clientCpuSeconds: (cpu.user + cpu.system) / 1e6,
    latencyMs: percentiles(latencies),
    cipher,
  };
}
