/** A row of TCP ports for servers that cannot say which port 0 became, and that keep theirs over a restart. */
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that Linux gives to outgoing connections, so that none of those takes one while a server is down. */
const lowest = 20_000;
const highest = 32_000;

/** The first of `count` ports of 127.0.0.1 that follow one another and were free a moment ago. */
export async function freePortRow(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const first = randomInt(lowest, highest - count);
    if (await areFree(first, count)) return first;
  }
  throw new Error(`no ${count} free ports in a row`);
}

async function areFree(first: number, count: number): Promise<boolean> {
  const servers = Array.from({ length: count }, (_, index) => createServer().listen(first + index, '127.0.0.1'));
  const outcomes = await Promise.allSettled(servers.map((server) => once(server, 'listening')));
  await Promise.all(servers.filter((server) => server.listening).map((server) => once(server.close(), 'close')));
  return outcomes.every(({ status }) => status === 'fulfilled');
}
