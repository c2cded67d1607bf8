/** Two people and a shared folder: what one does, the other finds (RFC 3744 §8.1; the home as the one place to look). */
import test from 'ava';
import { lockBody, lockTokenOf, propfind, sync, xmlHeaders } from '../support/dav.ts';
import { gatewayDomain, gatewayPassword, startGateway } from '../support/gateway.ts';
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

async function names(client: HttpClient, path: string): Promise<readonly string[]> {
  const listing = await propfind(client, path, '1', 'resourcetype');
  return listing.responses.slice(1).map(({ href }) => decodeURIComponent(href.slice(path.length)));
}

test.serial('a shared folder appears in the other home at once, and goes when it is shared no more', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  await ada.request('MKCOL', `${homeOf('ada')}Projet/`);
  await ada.request('PUT', `${homeOf('ada')}Projet/plan.txt`, { body: 'plan' });
  const start = (await sync(bob, homeOf('bob'), '')).syncToken ?? '';
  t.deepEqual(await names(bob, homeOf('bob')), []);

  t.is((await share(ada, `${homeOf('ada')}Projet/`, 'bob', 'read')).status, 200);
  t.deepEqual(await names(bob, homeOf('bob')), ['Projet/']);
  t.is((await bob.request('GET', `${homeOf('bob')}Projet/plan.txt`)).text, 'plan');
  const seen = await sync(bob, homeOf('bob'), start);
  t.deepEqual(
    seen.responses.map(({ href }) => href),
    [`${homeOf('bob')}Projet/`],
  );

  await share(ada, `${homeOf('ada')}Projet/`, 'bob');
  t.deepEqual(await names(bob, homeOf('bob')), []);
  t.is((await bob.request('GET', `${homeOf('bob')}Projet/plan.txt`)).status, 404);
  const gone = await sync(bob, homeOf('bob'), seen.syncToken ?? '');
  t.deepEqual(
    gone.responses.map(({ href, status }) => ({ href, status })),
    [{ href: `${homeOf('bob')}Projet/`, status: 404 }],
  );
});

test.serial('rfc3744 3: read does not let write, and write lets what it says', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  await ada.request('MKCOL', `${homeOf('ada')}Droits/`);
  await ada.request('PUT', `${homeOf('ada')}Droits/a.txt`, { body: 'a' });
  const at = `${homeOf('bob')}Droits/`;

  await share(ada, `${homeOf('ada')}Droits/`, 'bob', 'read');
  t.is((await bob.request('PUT', `${at}a.txt`, { body: 'b' })).status, 403);
  t.is((await bob.request('PUT', `${at}new.txt`, { body: 'b' })).status, 403);
  t.is((await bob.request('DELETE', `${at}a.txt`)).status, 403);
  t.is((await bob.request('MKCOL', `${at}sub/`)).status, 403);
  t.is((await bob.request('LOCK', `${at}a.txt`, { headers: xmlHeaders, body: lockBody() })).status, 403);
  t.is((await share(bob, at, 'bob', 'all')).status, 403);
  t.regex((await bob.request('PUT', `${at}a.txt`, { body: 'b' })).text, /need-privileges/);

  await share(ada, `${homeOf('ada')}Droits/`, 'bob', 'read', 'write-content');
  t.is((await bob.request('PUT', `${at}a.txt`, { body: 'b' })).status, 204);
  t.is((await bob.request('PUT', `${at}new.txt`, { body: 'b' })).status, 403);

  await share(ada, `${homeOf('ada')}Droits/`, 'bob', 'read', 'write');
  t.is((await bob.request('PUT', `${at}new.txt`, { body: 'b' })).status, 201);
  t.is((await ada.request('GET', `${homeOf('ada')}Droits/new.txt`)).text, 'b');
  t.is((await bob.request('DELETE', `${at}new.txt`)).status, 204);
});

test.serial('rfc3744 5.4: current-user-privilege-set says what holds for the one who asks', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  await ada.request('MKCOL', `${homeOf('ada')}Lecture/`);
  await share(ada, `${homeOf('ada')}Lecture/`, 'bob', 'read');
  const privileges = async (client: HttpClient, path: string): Promise<string> => {
    const answer = await propfind(client, path, '0', 'current-user-privilege-set');
    const element = answer.responses[0]?.properties.get('{DAV:}current-user-privilege-set')?.element;
    return JSON.stringify(element);
  };
  t.regex(await privileges(ada, `${homeOf('ada')}Lecture/`), /"write-acl"/);
  const bobs = await privileges(bob, `${homeOf('bob')}Lecture/`);
  t.regex(bobs, /"read"/);
  t.notRegex(bobs, /"write"|"bind"|"all"/);
});

test.serial('somebody without a grant cannot tell what exists', async (t) => {
  using ada = clientOf('ada');
  using cleo = clientOf('cleo');
  await ada.request('PUT', `${homeOf('ada')}secret.txt`, { body: 'x' });
  for (const name of ['secret.txt', 'nothing.txt']) {
    for (const method of ['GET', 'HEAD', 'PROPFIND', 'DELETE', 'REPORT']) {
      const headers = method === 'PROPFIND' ? { depth: '0' } : {};
      const answer = await cleo.request(method, homeOf('ada') + name, { headers });
      t.true(answer.status === 404 || answer.status === 400, `${method} ${name}: ${answer.status}`);
    }
  }
  const copy = await cleo.request('COPY', `${homeOf('ada')}secret.txt`, {
    headers: { destination: `${gateway.davUrl(gateway.userNamed('cleo'))}stolen.txt` },
  });
  t.is(copy.status, 404);
});

test.serial('a lock of one person holds against the other, who may not use its token', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  await ada.request('MKCOL', `${homeOf('ada')}Verrous/`);
  await ada.request('PUT', `${homeOf('ada')}Verrous/doc.txt`, { body: '1' });
  await share(ada, `${homeOf('ada')}Verrous/`, 'bob', 'read', 'write');
  const lock = { headers: { ...xmlHeaders, depth: '0' }, body: lockBody() };
  const token = lockTokenOf(await ada.request('LOCK', `${homeOf('ada')}Verrous/doc.txt`, lock));
  const at = `${homeOf('bob')}Verrous/doc.txt`;
  t.is((await bob.request('PUT', at, { body: '2' })).status, 423);
  t.is((await bob.request('PUT', at, { headers: { if: `(<${token}>)` }, body: '2' })).status, 423);
  t.is((await bob.request('UNLOCK', at, { headers: { 'lock-token': `<${token}>` } })).status, 403);
  t.is((await bob.request('LOCK', at, lock)).status, 423);
  const discovery = await propfind(bob, at, '0', 'lockdiscovery');
  t.regex(JSON.stringify(discovery.responses[0]?.properties.get('{DAV:}lockdiscovery')?.element), /activelock/);
  const unlock = { headers: { 'lock-token': `<${token}>` } };
  t.is((await ada.request('UNLOCK', `${homeOf('ada')}Verrous/doc.txt`, unlock)).status, 204);
  t.is((await bob.request('PUT', at, { body: '2' })).status, 204);
});

test.serial('the viewer renames and removes the own instance; the folder itself stays', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  await ada.request('MKCOL', `${homeOf('ada')}Archives/`);
  await ada.request('PUT', `${homeOf('ada')}Archives/x`, { body: 'x' });
  await share(ada, `${homeOf('ada')}Archives/`, 'bob', 'read', 'write');
  const bobUrl = gateway.davUrl(gateway.userNamed('bob'));
  const moved = await bob.request('MOVE', `${homeOf('bob')}Archives/`, {
    headers: { destination: `${bobUrl}Mes%20archives/` },
  });
  t.is(moved.status, 201);
  t.is((await bob.request('GET', `${homeOf('bob')}Mes%20archives/x`)).text, 'x');
  t.is((await bob.request('DELETE', `${homeOf('bob')}Mes%20archives/`)).status, 204);
  t.false((await names(bob, homeOf('bob'))).some((name) => name.includes('rchives')));
  t.is((await ada.request('GET', `${homeOf('ada')}Archives/x`)).text, 'x');
});

test.serial(
  'a group folder is in the home of every member, nested ones too, and leaves with the membership',
  async (t) => {
    const group = `physique@${gatewayDomain}`;
    const inner = `optique@${gatewayDomain}`;
    await gateway.command(['group', 'add', group, '--name', 'Physique']);
    await gateway.command(['group', 'add', inner, '--name', 'Optique']);
    await gateway.command(['group', 'add-member', group, inner]);
    await gateway.command(['group', 'add-member', group, `ada@${gatewayDomain}`]);
    await gateway.command(['group', 'add-member', inner, `cleo@${gatewayDomain}`]);
    using ada = clientOf('ada');
    using cleo = clientOf('cleo');
    t.true((await names(ada, homeOf('ada'))).includes('Physique/'));
    t.is((await ada.request('PUT', `${homeOf('ada')}Physique/mesures.csv`, { body: '1,2' })).status, 201);
    t.is((await cleo.request('GET', `${homeOf('cleo')}Physique/mesures.csv`)).text, '1,2');
    t.is((await cleo.request('GET', `/dav/files/${group}/mesures.csv`)).text, '1,2');
    await gateway.command(['group', 'remove-member', inner, `cleo@${gatewayDomain}`]);
    t.is((await cleo.request('GET', `${homeOf('cleo')}Physique/mesures.csv`)).status, 404);
  },
);

test.serial('an account that is disabled is refused at its next request, cached credentials or not', async (t) => {
  await gateway.command(
    ['user', 'add', `dora@${gatewayDomain}`, '--name', 'Dora', '--password-stdin'],
    `${gatewayPassword}\n`,
  );
  using dora = clientOf('dora');
  t.is((await dora.request('GET', homeOf('dora'))).status, 200);
  await gateway.command(['user', 'disable', `dora@${gatewayDomain}`]);
  t.is((await dora.request('GET', homeOf('dora'))).status, 401);
  await gateway.command(['user', 'enable', `dora@${gatewayDomain}`]);
  t.is((await dora.request('GET', homeOf('dora'))).status, 200);
  await gateway.command(['user', 'passwd', `dora@${gatewayDomain}`, '--password-stdin'], 'another one, longer\n');
  t.is((await dora.request('GET', homeOf('dora'))).status, 401);
});
