/** Where a share ends: what it does not give, and what it does not tell. */
import test from 'ava';
import { aclBody, lockBody, lockTokenOf, principalElement, propfind, xmlHeaders } from '../support/dav.ts';
import { startGateway } from '../support/gateway.ts';
import type { RunningGateway } from '../support/gateway.ts';
import type { HttpClient } from '../support/http-client.ts';
import { homeOf, share } from '../support/share.ts';

let gateway: RunningGateway;
test.before(async () => {
  gateway = await startGateway({ users: ['ada', 'bob', 'cleo'] });
});
test.after.always(async () => gateway?.[Symbol.asyncDispose]());

function clientOf(person: string): HttpClient {
  return gateway.client(gateway.userNamed(person));
}

const deepLock = { headers: { ...xmlHeaders, depth: 'infinity' }, body: lockBody() };

test.serial(
  'rfc3744 3.9: owning what stands in a folder that one may only read lets one neither remove nor replace it',
  async (t) => {
    using bob = clientOf('bob');
    using cleo = clientOf('cleo');
    await cleo.request('MKCOL', `${homeOf('cleo')}Given/`);
    await cleo.request('PUT', `${homeOf('cleo')}mine.txt`, { body: 'of Cleo' });
    await share(cleo, `${homeOf('cleo')}Given/`, 'bob', 'read');
    await bob.request('MKCOL', `${homeOf('bob')}Shelf/`);
    const destination = `${homeOf('bob')}Shelf/Given/`;
    t.is((await bob.request('MOVE', `${homeOf('bob')}Given/`, { headers: { destination } })).status, 201);
    await share(bob, `${homeOf('bob')}Shelf/`, 'cleo', 'read');

    const seen = `${homeOf('cleo')}Shelf/Given/`;
    const onto = { headers: { destination: seen, overwrite: 'T' } };
    t.is((await cleo.request('COPY', `${homeOf('cleo')}mine.txt`, onto)).status, 403);
    t.is((await cleo.request('DELETE', seen)).status, 403);
    const listing = await propfind(bob, `${homeOf('bob')}Shelf/`, '1', 'resourcetype');
    t.deepEqual(
      listing.responses.map(({ href }) => href),
      [`${homeOf('bob')}Shelf/`, destination],
    );
  },
);

test.serial('rfc3744 3.5: DAV:unlock on a shared folder does not reach a lock that is rooted above it', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  await ada.request('MKCOL', `${homeOf('ada')}Open/`);
  await share(ada, `${homeOf('ada')}Open/`, 'bob', 'read', 'unlock');
  const token = lockTokenOf(await ada.request('LOCK', homeOf('ada'), deepLock));
  const unlock = { headers: { 'lock-token': `<${token}>` } };
  t.is((await bob.request('UNLOCK', `${homeOf('bob')}Open/`, unlock)).status, 403);
  t.is((await ada.request('MKCOL', `${homeOf('ada')}Another/`)).status, 423);
  t.is((await ada.request('UNLOCK', homeOf('ada'), unlock)).status, 204);

  const own = lockTokenOf(await ada.request('LOCK', `${homeOf('ada')}Open/`, deepLock));
  const unlockOwn = { headers: { 'lock-token': `<${own}>` } };
  t.is((await bob.request('UNLOCK', `${homeOf('bob')}Open/`, unlockOwn)).status, 204);
});

test.serial('rfc4918 14.12: a lock tells nobody the names of folders above what is shared', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  await ada.request('MKCOL', `${homeOf('ada')}Divorce/`);
  await ada.request('MKCOL', `${homeOf('ada')}Divorce/House/`);
  await ada.request('PUT', `${homeOf('ada')}Divorce/House/plan.txt`, { body: 'plan' });
  await share(ada, `${homeOf('ada')}Divorce/House/`, 'bob', 'read', 'write');
  const at = `${homeOf('bob')}House/plan.txt`;
  for (const locked of ['Divorce/', 'Divorce/House/', 'Divorce/House/plan.txt']) {
    const token = lockTokenOf(await ada.request('LOCK', homeOf('ada') + locked, deepLock));
    const discovery = await bob.request('PROPFIND', at, { headers: { depth: '0' } });
    t.regex(discovery.text, /<D:lockroot><D:href>\/dav\/files\/bob@univ\.test\/House\/(plan\.txt)?<\/D:href>/, locked);
    const listing = await bob.request('PROPFIND', `${homeOf('bob')}House/`, { headers: { depth: '1' } });
    const lock = await bob.request('LOCK', at, deepLock);
    const put = await bob.request('PUT', at, { body: 'x' });
    for (const answer of [lock, put]) t.is(answer.status, 423);
    for (const answer of [discovery, listing, lock, put]) t.notRegex(answer.text, /Divorce/, locked);
    t.regex(put.text, /<D:lock-token-submitted><D:href>\/dav\/files\/bob@univ\.test\/House\/plan\.txt<\/D:href>/);
    await ada.request('UNLOCK', homeOf('ada') + locked, { headers: { 'lock-token': `<${token}>` } });
  }
});

test.serial('what somebody moves into a shared folder brings no access control of that person’s along', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  using cleo = clientOf('cleo');
  await ada.request('MKCOL', `${homeOf('ada')}Team/`);
  await share(ada, `${homeOf('ada')}Team/`, 'bob', 'read', 'write');
  await bob.request('MKCOL', `${homeOf('bob')}Case/`);
  await bob.request('MKCOL', `${homeOf('bob')}Case/Inner/`);
  await share(bob, `${homeOf('bob')}Case/Inner/`, 'cleo', 'all');
  await bob.request('PUT', `${homeOf('bob')}Case/Inner/note.txt`, { body: 'note' });
  const moved = await bob.request('MOVE', `${homeOf('bob')}Case/`, {
    headers: { destination: `${homeOf('bob')}Team/Case/` },
  });
  t.is(moved.status, 201);
  t.is((await ada.request('GET', `${homeOf('ada')}Team/Case/Inner/note.txt`)).text, 'note');
  t.is((await cleo.request('GET', `${homeOf('cleo')}Inner/note.txt`)).status, 404);
  t.is((await cleo.request('GET', `${homeOf('ada')}Team/Case/Inner/note.txt`)).status, 404);
});

test.serial('rfc4918 9.10.2: a lock is not refreshed by who may no longer write', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  await ada.request('MKCOL', `${homeOf('ada')}Once/`);
  await ada.request('PUT', `${homeOf('ada')}Once/doc.txt`, { body: '1' });
  await share(ada, `${homeOf('ada')}Once/`, 'bob', 'read', 'write');
  const at = `${homeOf('bob')}Once/doc.txt`;
  const token = lockTokenOf(await bob.request('LOCK', at, { ...deepLock, headers: { ...xmlHeaders, depth: '0' } }));
  const refresh = { headers: { if: `(<${token}>)`, timeout: 'Second-600' } };
  t.is((await bob.request('LOCK', at, refresh)).status, 200);
  await share(ada, `${homeOf('ada')}Once/`, 'bob', 'read');
  t.is((await bob.request('LOCK', at, refresh)).status, 403);
});

test.serial('rfc4918 9.1: folders that are shared into one another make a deep listing long, not broken', async (t) => {
  await using own = await startGateway({
    users: ['ada', 'bob', 'cleo'],
    configuration: { limits: { dav: { propfindInfinity: true } } },
  });
  const as = (person: string): HttpClient => own.client(own.userNamed(person));
  using ada = as('ada');
  using bob = as('bob');
  using cleo = as('cleo');
  for (const [client, owner, folder, other] of [
    [ada, 'ada', 'A', 'bob'],
    [bob, 'bob', 'B', 'ada'],
  ] as const) {
    await client.request('MKCOL', `${homeOf(owner)}${folder}/`);
    const body = aclBody(
      ...['cleo', other].map((name) => ({ principal: principalElement(`${name}@univ.test`), privileges: ['read'] })),
    );
    t.is((await client.request('ACL', `${homeOf(owner)}${folder}/`, { headers: xmlHeaders, body })).status, 200);
  }
  t.is(
    (await ada.request('MOVE', `${homeOf('ada')}B/`, { headers: { destination: `${homeOf('ada')}A/B/` } })).status,
    201,
  );
  t.is(
    (await bob.request('MOVE', `${homeOf('bob')}A/`, { headers: { destination: `${homeOf('bob')}B/A/` } })).status,
    201,
  );
  t.is((await cleo.request('PROPFIND', `${homeOf('cleo')}A/B/A/B/`, { headers: { depth: '1' } })).status, 207);
  const deep = await cleo.request('PROPFIND', homeOf('cleo'), { headers: { depth: 'infinity' } });
  t.is(deep.status, 207);
  t.true(deep.text.endsWith('</D:multistatus>'));
});
