/** What tests with hostile input share: requests of any octets, many connections, and whether the gateway came through. */
import type { ExecutionContext } from 'ava';
import { basic } from './http-client.ts';
import type { RunningGateway } from './gateway.ts';
import { memoryOf } from './memory.ts';
import { openRaw, type RawConnection, type RawTarget } from './raw-connection.ts';

const memoryLimitOctets = 300 * 1024 ** 2;

/** Whatever was done to it: the gateway answers another person at once, on the same process, within its memory. */
export async function assertSound(t: ExecutionContext, gateway: RunningGateway, pid: number): Promise<void> {
  using client = gateway.client();
  const put = await client.request('PUT', 'still-here.txt', { body: 'still here' });
  t.true([201, 204].includes(put.status), `PUT was answered with ${put.status}`);
  t.is((await client.request('GET', 'still-here.txt')).text, 'still here');
  t.is(gateway.pid, pid);
  const { peakOctets } = memoryOf(pid);
  t.true(peakOctets < memoryLimitOctets, `peak memory ${peakOctets}`);
}

/** No server, path, stack or statement shows in what a client is told. */
export function assertNothingTold(t: ExecutionContext, text: string): void {
  t.notRegex(text, /node_modules|node:internal|\.ts:\d|SQLITE|select .* from|\/tmp\//i);
}

export function requestTarget(gateway: RunningGateway): RawTarget {
  return { url: gateway.url, caFile: gateway.caFile };
}

/** A whole request as octets, with the credentials of the gateway's first person; what is in it is not checked. */
export function rawRequest(
  gateway: RunningGateway,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  body = '',
): Buffer {
  const { address, password } = gateway.user;
  const all = {
    host: new URL(gateway.url).host,
    authorization: basic(address, password),
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`, 'utf8');
}

/** Opens them by fifties, so that handshakes do not pile up. @param from see `openRaw` */
export async function openMany(target: RawTarget, count: number, from?: string): Promise<readonly RawConnection[]> {
  const opened: RawConnection[] = [];
  for (let first = 0; first < count; first += 50) {
    const some = Array.from({ length: Math.min(50, count - first) }, () => openRaw(target, from));
    opened.push(...(await Promise.all(some)));
  }
  return opened;
}
