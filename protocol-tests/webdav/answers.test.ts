/** What is answered where a client asks a little differently from the others. */
import { DatabaseSync } from 'node:sqlite';
import test from 'ava';
import { lockBody, lockTokenOf, propfind, sync, xmlHeaders } from '../support/dav.ts';
import { startGateway } from '../support/gateway.ts';
import type { RunningGateway } from '../support/gateway.ts';
import { parseMultistatus } from '../support/multistatus.ts';
import { homeOf } from '../support/share.ts';
import { until } from '../support/wait.ts';

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway({ configuration: { upkeep: { interval: '1s' } } });
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

test.serial('rfc4918 9.1: on what has no members any depth is 0, and what is not there is not there', async (t) => {
  using client = gateway.client();
  await client.request('PUT', 'file.txt', { body: 'x' });
  for (const depth of [undefined, '0', '1', 'infinity']) {
    const headers = depth === undefined ? {} : { depth };
    const answer = await client.request('PROPFIND', 'file.txt', { headers });
    t.is(answer.status, 207, depth);
    t.is(parseMultistatus(answer.body).responses.length, 1);
    t.is((await client.request('PROPFIND', `/dav/principals/${gateway.user.address}/`, { headers })).status, 207);
    t.is((await client.request('PROPFIND', 'missing.txt', { headers })).status, 404, depth);
  }
  t.is((await client.request('PROPFIND', '', { headers: {} })).status, 403);
  t.is((await client.request('PROPFIND', 'file.txt', { headers: { depth: 'many' } })).status, 400);
});

test.serial('rfc4918 10.4.1: a condition that does not hold refuses PROPPATCH and UNLOCK too', async (t) => {
  using client = gateway.client();
  await client.request('PUT', 'conditional.txt', { body: 'x' });
  const protectedProperty =
    '<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:getetag>x</D:getetag></D:prop></D:set></D:propertyupdate>';
  const token = lockTokenOf(
    await client.request('LOCK', 'conditional.txt', { headers: { ...xmlHeaders, depth: '0' }, body: lockBody() }),
  );
  for (const condition of [{ 'if-match': '"other"' }, { if: '(["other"])' }, { if: '(<urn:uuid:other>)' }]) {
    const headers = { ...xmlHeaders, ...condition };
    const patched = await client.request('PROPPATCH', 'conditional.txt', { headers, body: protectedProperty });
    t.is(patched.status, 412, JSON.stringify(condition));
    const unlock = { headers: { ...condition, 'lock-token': `<${token}>` } };
    t.is((await client.request('UNLOCK', 'conditional.txt', unlock)).status, 412, JSON.stringify(condition));
  }
  const unlock = { headers: { 'lock-token': `<${token}>`, if: `(<${token}>)` } };
  t.is((await client.request('UNLOCK', 'conditional.txt', unlock)).status, 204);
});

test.serial('rfc7240 3: Preference-Applied names what was done, and nothing else', async (t) => {
  using client = gateway.client();
  const ask = async (depth: string, prefer: string): Promise<unknown> =>
    (await client.request('PROPFIND', '', { headers: { depth, prefer } })).headers['preference-applied'];
  t.is(await ask('1', 'depth-noroot, return=minimal'), 'return=minimal, depth-noroot');
  t.is(await ask('0', 'depth-noroot'), undefined);
  t.is(await ask('1', 'depth-noroot'), 'depth-noroot');
  t.is(await ask('1', 'return=representation, respond-async'), undefined);
});

test.serial('browser: a folder that was opened without its slash takes files in, not beside it', async (t) => {
  using client = gateway.client();
  await client.request('MKCOL', 'Photos/');
  const page = await client.request('GET', 'Photos');
  t.is(page.status, 200);
  const folder = /<form[^>]* data-folder="([^"]*)"/.exec(page.text)?.[1];
  t.is(folder, `${homeOf('ada')}Photos/`);
});

test.serial('rfc9110 13.1.3: a listing has no date of its own, so it is never too old to be sent', async (t) => {
  using client = gateway.client();
  await client.request('MKCOL', 'dated/');
  const [response] = (await propfind(client, 'dated/', '0', 'getlastmodified')).responses;
  const date = response?.properties.get('{DAV:}getlastmodified')?.text ?? 'Thu, 01 Jan 2099 00:00:00 GMT';
  await client.request('PUT', 'dated/new.txt', { body: 'x' });
  const page = await client.request('GET', 'dated/', { headers: { 'if-modified-since': date } });
  t.is(page.status, 200);
  t.regex(page.text, /new\.txt/);
});

test.serial('rfc9110 10.2.1: Allow names what can be done', async (t) => {
  using client = gateway.client();
  const { headers } = await client.request('OPTIONS', 'not-yet');
  for (const method of String(headers['allow']).split(', ')) {
    if (method === 'OPTIONS') continue;
    const answer = await client.request(method, 'not-yet', {
      headers: { 'tus-resumable': '1.0.0', 'upload-length': 1, 'upload-metadata': 'filename YQ==' },
    });
    t.false([404, 405, 501].includes(answer.status), `${method}: ${answer.status}`);
    await client.request('DELETE', 'not-yet');
  }
});

test.serial('rfc6578 3.6: a first synchronisation in pages ends though names were forgotten meanwhile', async (t) => {
  using client = gateway.client();
  const folder = `${homeOf('ada')}pages/`;
  await client.request('MKCOL', folder);
  for (const name of ['a', 'b', 'c', 'd', 'e']) await client.request('PUT', folder + name, { body: name });
  const old = (await sync(client, folder, '', 2)).syncToken ?? '';
  await client.request('PUT', `${folder}gone`, { body: 'x' });
  await client.request('DELETE', `${folder}gone`);
  using database = new DatabaseSync(`${gateway.dataFolder}/passerelle.sqlite`);
  database.exec('pragma busy_timeout = 10000; update tombstone set removed_ms = 0');
  await until('the name to be forgotten', async () => {
    const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${old}</D:sync-token><D:sync-level>1</D:sync-level><D:prop/></D:sync-collection>`;
    return (await client.request('REPORT', folder, { headers: xmlHeaders, body })).status === 403;
  });
  const seen = new Set<string>();
  let token = '';
  for (let page = 0; page < 10; page += 1) {
    const answer = await sync(client, folder, token, 2);
    const members = answer.responses.filter(({ href }) => href !== folder);
    for (const { href } of members) seen.add(href.slice(folder.length));
    token = answer.syncToken ?? '';
    if (members.length === 0) break;
  }
  t.deepEqual([...seen].join(''), 'abcde');
  await client.request('PUT', `${folder}f`, { body: 'f' });
  t.deepEqual(
    (await sync(client, folder, token)).responses.map(({ href }) => href),
    [`${folder}f`],
  );
});
