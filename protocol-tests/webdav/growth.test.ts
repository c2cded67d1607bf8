/** Small requests that would have large answers or long work: what a person may pile up, and what one request may ask. */
import { createHash } from 'node:crypto';
import test from 'ava';
import { lockBody, propfind, xmlHeaders } from '../support/dav.ts';
import { startGateway } from '../support/gateway.ts';
import type { RunningGateway } from '../support/gateway.ts';
import { assertSound } from '../support/hostile.ts';
import { HttpClient } from '../support/http-client.ts';
import type { HttpAnswer } from '../support/http-client.ts';
import { until } from '../support/wait.ts';

let gateway: RunningGateway;
test.beforeEach(async () => {
  gateway = await startGateway({ users: ['ada', 'bob'] });
});
test.afterEach.always(async () => gateway?.[Symbol.asyncDispose]());

function setProperty(client: HttpClient, path: string, name: string, value: string): Promise<HttpAnswer> {
  const body =
    `<D:propertyupdate xmlns:D="DAV:" xmlns:X="urn:x"><D:set><D:prop><X:${name}>${value}</X:${name}></D:prop></D:set>` +
    `</D:propertyupdate>`;
  return client.request('PROPPATCH', path, { headers: xmlHeaders, body });
}

function propertyStatus(answer: HttpAnswer): number {
  return answer.status === 207 ? Number(/<D:status>HTTP\/1\.1 (\d+)/.exec(answer.text)?.[1]) : answer.status;
}

function expand(client: HttpClient, path: string, inner: string): Promise<HttpAnswer> {
  const body = `<D:expand-property xmlns:D="DAV:">${inner}</D:expand-property>`;
  return client.request('REPORT', path, { headers: xmlHeaders, body });
}

test.serial(
  'rfc4918 14.17: what a lock says of its owner is short, and shared locks on one thing are few',
  async (t) => {
    const { pid } = gateway;
    using client = gateway.client();
    await client.request('PUT', 'a.txt', { body: 'a' });
    const lock = (scope: 'exclusive' | 'shared', owner: string): Promise<HttpAnswer> =>
      client.request('LOCK', 'a.txt', { headers: xmlHeaders, body: lockBody(scope, owner) });
    t.is((await lock('shared', 'x'.repeat(100_000))).status, 413);
    t.is((await lock('shared', `<D:href>${'x'.repeat(1000)}</D:href>`)).status, 200);
    const statuses = [];
    for (let count = 0; count < 200; count += 1) statuses.push((await lock('shared', 'ada')).status);
    t.deepEqual(new Set(statuses), new Set([200, 507]));
    const discovery = await client.request('PROPFIND', 'a.txt', { headers: { depth: '0' } });
    t.true(discovery.body.byteLength < 200_000, `${discovery.body.byteLength}`);
    await assertSound(t, gateway, pid);
  },
);

test.serial(
  'rfc4918 9.2: the dead properties of one resource have a limit together, and what is replaced makes room',
  async (t) => {
    using client = gateway.client();
    await client.request('PUT', 'a.txt', { body: 'a' });
    const value = 'x'.repeat(60_000);
    const statuses = [];
    for (let index = 0; index < 40; index += 1) {
      statuses.push(propertyStatus(await setProperty(client, 'a.txt', `p${index}`, value)));
    }
    t.is(statuses[0], 200);
    t.is(statuses.at(-1), 507);
    t.is(propertyStatus(await setProperty(client, 'a.txt', 'p0', value)), 200);
    const swap =
      `<D:propertyupdate xmlns:D="DAV:" xmlns:X="urn:x"><D:remove><D:prop><X:p0/></D:prop></D:remove>` +
      `<D:set><D:prop><X:q>${value}</X:q></D:prop></D:set></D:propertyupdate>`;
    t.is(propertyStatus(await client.request('PROPPATCH', 'a.txt', { headers: xmlHeaders, body: swap })), 200);
    const all = await client.request('PROPFIND', 'a.txt', { headers: { depth: '0' } });
    t.true(all.body.byteLength < 1_000_000, `${all.body.byteLength}`);
  },
);

test.serial('rfc4918 9.2: many who set properties at once do not pass that limit together', async (t) => {
  using client = gateway.client();
  await client.request('PUT', 'a.txt', { body: 'a' });
  const value = 'x'.repeat(60_000);
  const statuses = await Promise.all(
    Array.from({ length: 40 }, async (_, index) =>
      propertyStatus(await setProperty(client, 'a.txt', `p${index}`, value)),
    ),
  );
  t.true(statuses.includes(507), statuses.join(' '));
  const all = await client.request('PROPFIND', 'a.txt', { headers: { depth: '0' } });
  t.true(all.body.byteLength < 1_000_000, `${all.body.byteLength}`);
});

test.serial('rfc3253 3.8: expand-property tells a property once, however often it is asked for', async (t) => {
  const { pid } = gateway;
  using client = gateway.client();
  await setProperty(client, '', 'large', 'x'.repeat(60_000));
  const one = '<D:property name="large" namespace="urn:x"/>';
  const many = await expand(client, '', one.repeat(5_000));
  t.is(many.status, 207);
  t.true(many.body.byteLength < 100_000, `${many.body.byteLength}`);

  // A home names its owner, who names the home, in two ways each.
  let nested = one;
  for (let depth = 0; depth < 8; depth += 1) {
    const home = `<D:property name="files-home-set" namespace="urn:passerelle:dav">${nested}</D:property>`;
    const byOwner = `<D:property name="owner">${home}</D:property>`;
    nested = `${one}${byOwner}<D:property name="current-user-principal">${home}</D:property>`;
  }
  const deep = await expand(client, '', nested);
  t.is(deep.status, 403);
  t.regex(deep.text, /number-of-matches-within-limits/);
  await assertSound(t, gateway, pid);
});

test.serial('rfc3253 3.8: expand-property opens what has many or deep properties', async (t) => {
  using client = gateway.client();
  for (const name of ['a', 'b']) t.is(propertyStatus(await setProperty(client, '', name, 'x'.repeat(60_000))), 200);
  const deep = `${'<X:d>'.repeat(59)}${'</X:d>'.repeat(59)}`;
  t.is(propertyStatus(await setProperty(client, '', 'c', deep)), 200);
  const attributes = Array.from({ length: 30 }, (_, index) => `n${index}:a="1"`).join(' ');
  const declarations = Array.from({ length: 40 }, (_, index) => `xmlns:n${index}="urn:n${index}"`).join(' ');
  const body =
    `<D:propertyupdate xmlns:D="DAV:" ${declarations}><D:set><D:prop><X:e xmlns:X="urn:x" ${attributes} ` +
    `${Array.from({ length: 30 }, (_, index) => `b${index}="1"`).join(' ')}/></D:prop></D:set></D:propertyupdate>`;
  t.is(propertyStatus(await client.request('PROPPATCH', '', { headers: xmlHeaders, body })), 200);
  const asked = ['a', 'b', 'c', 'e'].map((name) => `<D:property name="${name}" namespace="urn:x"/>`).join('');
  t.is((await expand(client, '', asked)).status, 207);
});

test.serial('rfc3253 3.8: an href in a property that leads nowhere stays an href', async (t) => {
  using client = gateway.client();
  await setProperty(client, '', 'links', '<D:href>/a?b</D:href><D:href>/%zz</D:href><D:href>mailto:x@y.test</D:href>');
  const answer = await expand(
    client,
    '',
    '<D:property name="links" namespace="urn:x"><D:property name="getetag"/></D:property>',
  );
  t.is(answer.status, 207);
  for (const href of ['/a?b', '/%zz', 'mailto:x@y.test'])
    t.true(answer.text.includes(`<D:href>${href}</D:href>`), href);
});

test.serial('a request names a handful of checksums, not hundreds', async (t) => {
  using client = gateway.client();
  const body = Buffer.alloc(100_000, 'x');
  const sum = `MD5:${createHash('md5').update(body).digest('hex')}`;
  t.is((await client.request('PUT', 'a', { headers: { 'oc-checksum': `${sum} ${sum}` }, body })).status, 201);
  const many = Array.from({ length: 500 }, () => sum).join(' ');
  t.is((await client.request('PUT', 'a', { headers: { 'oc-checksum': many }, body })).status, 400);
});

test.serial('rfc3744 9.4: a search looks for a handful of texts, not thousands', async (t) => {
  const { pid } = gateway;
  using client = gateway.client();
  const search = '<D:property-search><D:prop><D:displayname/></D:prop><D:match>a</D:match></D:property-search>';
  const ask = (count: number): Promise<HttpAnswer> =>
    client.request('REPORT', '/dav/principals/', {
      headers: { ...xmlHeaders, depth: '0' },
      body: `<D:principal-property-search xmlns:D="DAV:">${search.repeat(count)}<D:prop><D:displayname/></D:prop></D:principal-property-search>`,
    });
  t.is((await ask(2)).status, 207);
  t.is((await ask(5_000)).status, 403);
  await assertSound(t, gateway, pid);
});

test.serial(
  'rfc3744 8.1: who may not change access control does not learn who there is, and an ACL has few entries',
  async (t) => {
    using ada = gateway.client();
    using bob = gateway.client(gateway.userNamed('bob'));
    const acl = (client: HttpClient, path: string, aces: string): Promise<HttpAnswer> =>
      client.request('ACL', path, { headers: xmlHeaders, body: `<D:acl xmlns:D="DAV:">${aces}</D:acl>` });
    const ace = (principal: string): string =>
      `<D:ace><D:principal><D:href>/dav/principals/${principal}/</D:href></D:principal>` +
      `<D:grant><D:privilege><D:read/></D:privilege></D:grant></D:ace>`;
    await ada.request('MKCOL', 'Open/');
    t.is((await acl(ada, 'Open/', ace('bob@univ.test'))).status, 200);
    const refused = await acl(bob, 'Open/', ace('nobody@univ.test'));
    t.is(refused.status, 403);
    t.regex(refused.text, /need-privileges/);
    const many = await acl(ada, 'Open/', ace('bob@univ.test').repeat(5_000));
    t.is(many.status, 403);
    t.regex(many.text, /limited-number-of-aces/);
    const listing = await propfind(bob, '', '1', 'resourcetype');
    t.is(listing.responses.length, 2);
  },
);

function manyNames(count: number, marker = ''): string {
  const names = Array.from({ length: count }, (_, index) => `<x${marker}${index} xmlns=""/>`).join('');
  return `<D:propfind xmlns:D="DAV:"><D:prop>${names}</D:prop></D:propfind>`;
}

test.serial('rfc4918 9.1: thousands of properties of a thousand members go out as they are made', async (t) => {
  const { pid } = gateway;
  using client = gateway.client();
  await client.request('MKCOL', 'many/');
  const names = Array.from({ length: 1000 }, (_, index) => `many/${index}`);
  for (let first = 0; first < names.length; first += 100) {
    await Promise.all(names.slice(first, first + 100).map((name) => client.request('PUT', name, { body: 'x' })));
  }
  const abort = new AbortController();
  const answer = await client.stream('PROPFIND', 'many/', {
    headers: { ...xmlHeaders, depth: '1' },
    body: manyNames(30_000),
    signal: abort.signal,
  });
  t.is(answer.status, 207);
  let received = 0;
  for await (const chunk of answer.body) {
    received += (chunk as Buffer).byteLength;
    if (received > 2_000_000) break;
  }
  abort.abort();
  await assertSound(t, gateway, pid);
});

test.serial('a listing ends when its client goes away', async (t) => {
  using client = gateway.client();
  using admin = new HttpClient({ url: gateway.adminUrl, caFile: undefined });
  const running = async (): Promise<number> => {
    const { text } = await admin.request('GET', '/metrics');
    return Number(/^passerelle_http_requests_running\{listener="https"\} (\d+)/m.exec(text)?.[1]);
  };
  for (let first = 0; first < 3000; first += 100) {
    const names = Array.from({ length: 100 }, (_, index) => `${first + index}`);
    await Promise.all(names.map((name) => client.request('PUT', name, { body: 'x' })));
  }
  for (let round = 0; round < 40; round += 1) {
    const abort = new AbortController();
    const headers = { ...xmlHeaders, depth: '1' };
    const answer = await client.stream('PROPFIND', '', { headers, body: manyNames(100), signal: abort.signal });
    answer.body.on('error', () => undefined); // the abort
    answer.body.once('data', () => abort.abort());
    await new Promise((resolve) => answer.body.once('close', resolve));
  }
  await until('every request to end', async () => (await running()) === 0, { timeoutMs: 20_000 });
  t.is(await running(), 0);
});

test.serial('rfc5689 3: a collection is made with no more properties than it may have', async (t) => {
  using client = gateway.client();
  const large = Array.from({ length: 10 }, (_, index) => `<p${index} xmlns="urn:x">${'x'.repeat(60_000)}</p${index}>`);
  const body = `<D:mkcol xmlns:D="DAV:"><D:set><D:prop>${large.join('')}</D:prop></D:set></D:mkcol>`;
  t.is((await client.request('MKCOL', 'large/', { headers: xmlHeaders, body })).status, 507);
  t.is((await client.request('PROPFIND', 'large/', { headers: { depth: '0' } })).status, 404);
});
