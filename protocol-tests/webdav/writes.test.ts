/** Writes that take long, or meet others: what is refused before the body, and what is decided after it. */
import test from 'ava';
import { lockBody, lockTokenOf, xmlHeaders } from '../support/dav.ts';
import { startGateway } from '../support/gateway.ts';
import type { RunningGateway } from '../support/gateway.ts';
import { rawRequest, requestTarget } from '../support/hostile.ts';
import { basic } from '../support/http-client.ts';
import type { HttpClient } from '../support/http-client.ts';
import { openRaw } from '../support/raw-connection.ts';
import { homeOf, share } from '../support/share.ts';
import { until } from '../support/wait.ts';

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway({ users: ['ada', 'bob'] });
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

function clientOf(person: string): HttpClient {
  return gateway.client(gateway.userNamed(person));
}

/** Sends half of a body when the server asks for it, does something, and sends the rest. @returns the status */
async function withPause(
  person: string,
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  meanwhile: () => Promise<unknown>,
): Promise<number> {
  const { address, password } = gateway.userNamed(person);
  const all = { authorization: basic(address, password), expect: '100-continue', 'content-length': '12', ...headers };
  using connection = await openRaw(requestTarget(gateway));
  connection.write(rawRequest(gateway, method, path, all));
  await until('the server to ask for the body', () => connection.received.includes('100 Continue'));
  connection.write('first ');
  await meanwhile();
  connection.write('second');
  const final = await until('the answer', () => /HTTP\/1\.1 ([2-5]\d\d) /.exec(connection.received)?.[1]);
  return Number(final);
}

test.serial('rfc3744 7.1.1: a body that arrived after the privilege ended is not written', async (t) => {
  using ada = clientOf('ada');
  const folder = `${homeOf('ada')}Brief/`;
  await ada.request('MKCOL', folder);
  await ada.request('PUT', `${folder}a.txt`, { body: 'of Ada' });
  const partial = { 'content-type': 'application/x-sabredav-partialupdate', 'x-update-range': 'append' };
  for (const [method, headers] of [
    ['PUT', {}],
    ['PATCH', partial],
  ] as const) {
    await share(ada, folder, 'bob', 'read', 'write');
    const revoke = (): Promise<unknown> => share(ada, folder, 'bob', 'read');
    const status = await withPause('bob', method, `${folder}a.txt`, headers, revoke);
    t.is(status, 403, method);
    t.is((await ada.request('GET', `${folder}a.txt`)).text, 'of Ada', method);
  }
});

test.serial('rfc4918 9.7.1: a folder that goes while the body arrives makes it a conflict', async (t) => {
  using ada = clientOf('ada');
  await ada.request('MKCOL', `${homeOf('ada')}going/`);
  const remove = (): Promise<unknown> => ada.request('DELETE', `${homeOf('ada')}going/`);
  t.is(await withPause('ada', 'PUT', `${homeOf('ada')}going/a.txt`, {}, remove), 409);
});

test.serial('rfc5789 2.2: a file that changes while a part of it arrives makes the part a conflict', async (t) => {
  using ada = clientOf('ada');
  const path = `${homeOf('ada')}parts.txt`;
  await ada.request('PUT', path, { body: 'before ' });
  const headers = { 'content-type': 'application/x-sabredav-partialupdate', 'x-update-range': 'append' };
  const change = (): Promise<unknown> => ada.request('PUT', path, { body: 'changed' });
  t.is(await withPause('ada', 'PATCH', path, headers, change), 409);
  t.is((await ada.request('GET', path)).text, 'changed');
});

test.serial('rfc9110 10.1.1: a large body for something locked is refused before it is sent', async (t) => {
  using ada = clientOf('ada');
  await ada.request('MKCOL', `${homeOf('ada')}shut/`);
  await ada.request('PUT', `${homeOf('ada')}shut/a.bin`, { body: 'old' });
  for (const depth of ['0', 'infinity']) {
    const lock = { headers: { ...xmlHeaders, depth }, body: lockBody() };
    const token = lockTokenOf(await ada.request('LOCK', `${homeOf('ada')}shut/`, lock));
    const names = depth === '0' ? ['new.bin'] : ['new.bin', 'a.bin'];
    for (const name of names) {
      for (const [method, headers] of [
        ['PUT', {}],
        ['PATCH', { 'content-type': 'application/x-sabredav-partialupdate', 'x-update-range': 'append' }],
      ] as const) {
        if (method === 'PATCH' && name === 'new.bin') continue;
        using connection = await openRaw(requestTarget(gateway));
        const all = { ...headers, expect: '100-continue', 'content-length': '1000000' };
        connection.write(rawRequest(gateway, method, `${homeOf('ada')}shut/${name}`, all));
        t.is(await connection.status(), 423, `${method} ${name} ${depth}`);
      }
      const headers = { if: `<${homeOf('ada')}shut/> (<${token}>)` };
      const body = Buffer.alloc(100_000);
      const allowed = await ada.request('PUT', `${homeOf('ada')}shut/${name}`, { headers, body });
      t.true([201, 204].includes(allowed.status), `${name} ${depth}: ${allowed.status}`);
      await ada.request('DELETE', `${homeOf('ada')}shut/new.bin`, { headers });
    }
    await ada.request('UNLOCK', `${homeOf('ada')}shut/`, { headers: { 'lock-token': `<${token}>` } });
  }
});

test.serial('rfc9110 15.5.6: of many who make one collection all but one are told what is allowed', async (t) => {
  using ada = clientOf('ada');
  for (let round = 0; round < 5; round += 1) {
    const path = `${homeOf('ada')}same-${round}/`;
    const answers = await Promise.all(Array.from({ length: 16 }, () => ada.request('MKCOL', path)));
    t.is(answers.filter(({ status }) => status === 201).length, 1);
    for (const { status, headers } of answers) {
      if (status === 201) continue;
      t.is(status, 405);
      t.regex(String(headers['allow']), /PROPFIND/);
    }
  }
});

test.serial('rfc3744 3.10: who may add but not remove never replaces what came in between', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  const folder = `${homeOf('ada')}Inbox/`;
  await ada.request('MKCOL', folder);
  await share(ada, folder, 'bob', 'read', 'bind');
  await bob.request('PUT', `${homeOf('bob')}x`, { body: 'of Bob' });
  for (let round = 0; round < 60; round += 1) {
    const destination = `${homeOf('ada')}Inbox/${round}`;
    const [put, copy] = await Promise.all([
      ada.request('PUT', destination, { body: 'of Ada' }),
      bob.request('COPY', `${homeOf('bob')}x`, { headers: { destination } }),
    ]);
    t.true(copy.status === 201 || copy.status === 403, `${copy.status}`);
    t.is(put.status, copy.status === 201 ? 204 : 201);
  }
});

test.serial('rfc4918 10.4.2: of many moves onto one version of a file exactly one is made', async (t) => {
  using ada = clientOf('ada');
  const target = `${homeOf('ada')}version`;
  for (let round = 0; round < 5; round += 1) {
    const etag = String((await ada.request('PUT', target, { body: `round ${round}` })).headers['etag']);
    const sources = Array.from({ length: 16 }, (_, index) => `${homeOf('ada')}source-${index}`);
    await Promise.all(sources.map((path) => ada.request('PUT', path, { body: path })));
    const headers = { destination: target, if: `<${target}> ([${etag}])` };
    const answers = await Promise.all(sources.map((path) => ada.request('MOVE', path, { headers })));
    t.deepEqual(
      answers.map(({ status }) => status).sort((a, b) => a - b),
      [204, ...Array.from({ length: 15 }, () => 412)],
    );
  }
});

test.serial('rfc9110 15.5.16: a body in a coding that would be lost is refused', async (t) => {
  using ada = clientOf('ada');
  const headers = { 'content-encoding': 'gzip' };
  const put = await ada.request('PUT', `${homeOf('ada')}coded.txt`, { headers, body: 'not what it says' });
  t.is(put.status, 415);
  t.is(put.headers['accept-encoding'], 'identity');
  const plain = await ada.request('PUT', `${homeOf('ada')}coded.txt`, {
    headers: { 'content-encoding': 'identity' },
    body: 'plain',
  });
  t.is(plain.status, 201);
});

test.serial('rfc9110 8.3: what is no media type is not kept as one', async (t) => {
  using ada = clientOf('ada');
  const path = `${homeOf('ada')}typed.txt`;
  const typeAfter = async (type: string): Promise<unknown> => {
    await ada.request('PUT', path, { headers: { 'content-type': type }, body: 'x' });
    return (await ada.request('HEAD', path)).headers['content-type'];
  };
  t.is(await typeAfter('text/html; charset=utf-8'), 'text/html; charset=utf-8');
  t.is(await typeAfter('image/svg+xml'), 'image/svg+xml');
  for (const bad of ['nonsense', 'a/b/c', `text/plain; x=${'y'.repeat(10_000)}`, 'text/plain, text/html']) {
    t.is(await typeAfter(bad), 'text/plain; charset=utf-8', bad.slice(0, 30));
  }
});
