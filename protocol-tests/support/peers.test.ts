import test from 'ava';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startApache } from './apache.ts';
import { HttpClient } from './http-client.ts';
import { cpuSecondsOf, memoryOf, processTree, sampleMemory } from './memory.ts';
import { startNginx } from './nginx.ts';
import { nginxDavExtPart, partTest } from './parts.ts';
import type { Peer } from './peer.ts';
import { runProcess, startProcess } from './process.ts';
import { until } from './wait.ts';

async function exchange(peer: Peer): Promise<readonly number[]> {
  using client = new HttpClient({ ...peer });
  using stranger = new HttpClient({ url: peer.url, caFile: peer.caFile });
  const put = await client.request('PUT', 'a.txt', { body: 'abc' });
  const get = await client.request('GET', 'a.txt');
  const list = await client.request('PROPFIND', '', { headers: { depth: '1' } });
  const refused = await stranger.request('GET', 'a.txt');
  return [put.status, get.status, list.status, refused.status];
}

partTest(test, ['apache2', 'openssl'], 'support: Apache serves DAV over TLS to its user alone', async (t) => {
  await using peer = await startApache();
  t.deepEqual(await exchange(peer), [201, 200, 207, 401]);
  t.true(processTree(peer.pid).length > 1);
});

partTest(
  test,
  ['nginx', 'openssl', nginxDavExtPart()],
  'support: nginx serves DAV over TLS to its user alone',
  async (t) => {
    await using peer = await startNginx();
    t.deepEqual(await exchange(peer), [201, 200, 207, 401]);
  },
);

partTest(test, ['nginx', nginxDavExtPart()], 'support: a peer shows what a test puts into its folder', async (t) => {
  await using peer = await startNginx({ tls: false });
  await writeFile(join(peer.folder, 'b.txt'), 'b');
  using client = new HttpClient({ ...peer });
  const answer = await client.request('GET', 'b.txt');
  t.is(answer.text, 'b');
});

test('support: a process is waited for until ready, and its group ends with it', async (t) => {
  await using server = await startProcess({
    command: process.execPath,
    args: [
      '-e',
      `require('node:child_process').spawn('sleep', ['60']); console.log('ready'); setInterval(() => {}, 1000)`,
    ],
    ready: (running) => running.output().includes('ready'),
  });
  const tree = await until('the child of the process', () => {
    const members = processTree(server.pid);
    return members.length > 1 && members;
  });
  using sampler = sampleMemory(server.pid);
  t.true(sampler.peakOctets >= memoryOf(server.pid).rssOctets);
  t.true(cpuSecondsOf(server.pid) >= 0);
  await server.kill();
  await until('every member to be gone', () => tree.every((pid) => isGone(pid)));
  t.pass();
});

function isGone(pid: number): boolean {
  try {
    return memoryOf(pid).rssOctets === 0; // a zombie that nobody has waited for yet holds no memory
  } catch {
    return true;
  }
}

test('support: a process that ends before it is ready fails with what it said', async (t) => {
  const start = startProcess({ command: 'sh', args: ['-c', 'echo broken; exit 3'], ready: () => false });
  await t.throwsAsync(start, { message: /broken/ });
  t.is((await runProcess({ command: 'sh', args: ['-c', 'cat; exit 4'], input: 'x' })).code, 4);
});
