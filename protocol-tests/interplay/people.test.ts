/** What one person is told of others, and what others can put into a person's home. */
import test from 'ava';
import { propfind, propfindBody, xmlHeaders } from '../support/dav.ts';
import { gatewayDomain, startGateway } from '../support/gateway.ts';
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

function principalOf(name: string): string {
  return `/dav/principals/${name}@${gatewayDomain}/`;
}

test.serial('rfc3744 4.3: who is in a group is told to those who are in it', async (t) => {
  const group = `entraide@${gatewayDomain}`;
  await gateway.command(['group', 'add', group, '--name', 'Entraide']);
  for (const member of ['ada', 'cleo']) {
    await gateway.command(['group', 'add-member', group, `${member}@${gatewayDomain}`]);
  }
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  const told = async (client: HttpClient, path: string, name: string): Promise<readonly [number, boolean]> => {
    const [response] = (await propfind(client, path, '0', name)).responses;
    const property = response?.properties.get(`{DAV:}${name}`);
    return [property?.status ?? 0, JSON.stringify(property?.element ?? '').includes('href')];
  };
  t.deepEqual(await told(ada, principalOf('entraide'), 'group-member-set'), [200, true]);
  t.deepEqual(await told(bob, principalOf('entraide'), 'group-member-set'), [404, false]);
  t.deepEqual(await told(ada, principalOf('ada'), 'group-membership'), [200, true]);
  t.deepEqual(await told(ada, principalOf('cleo'), 'group-membership'), [200, true]);
  t.deepEqual(await told(bob, principalOf('ada'), 'group-membership'), [200, false]);
  const expand =
    '<D:expand-property xmlns:D="DAV:"><D:property name="group-member-set"><D:property name="displayname"/></D:property></D:expand-property>';
  const expanded = await bob.request('REPORT', principalOf('entraide'), { headers: xmlHeaders, body: expand });
  t.notRegex(expanded.text, /ada|cleo/);
});

test.serial('what is shared can be opened and taken out of the home under whatever name it comes', async (t) => {
  using ada = clientOf('ada');
  using bob = clientOf('bob');
  const long = 'é'.repeat(127);
  for (const client of [ada, bob]) await client.request('MKCOL', `${encodeURIComponent(long)}/`);
  t.is((await share(ada, `${homeOf('ada')}${encodeURIComponent(long)}/`, 'bob', 'read')).status, 200);
  const displayName = `${'学'.repeat(200)}\u0085/..`;
  await ada.request('PROPPATCH', '', {
    headers: xmlHeaders,
    body: `<D:propertyupdate xmlns:D="DAV:"><D:set><D:prop><D:displayname>\u0085${displayName}</D:displayname></D:prop></D:set></D:propertyupdate>`,
  });
  t.is((await share(ada, homeOf('ada'), 'bob', 'read')).status, 200);
  const listing = await propfind(bob, homeOf('bob'), '1', 'resourcetype');
  const shared = listing.responses.map(({ href }) => href).filter((href) => href !== homeOf('bob'));
  t.is(shared.length, 3);
  for (const href of shared) {
    const body = propfindBody('resourcetype');
    t.is((await bob.request('PROPFIND', href, { headers: { ...xmlHeaders, depth: '0' }, body })).status, 207, href);
    t.is((await bob.request('DELETE', href)).status, 204, href);
  }
});

test.serial('rfc9110 15.5.15: a path that is longer than any name here is told so', async (t) => {
  using ada = clientOf('ada');
  t.is((await ada.request('PUT', 'x'.repeat(256), { body: 'x' })).status, 414);
  t.is((await ada.request('MKCOL', 'a/'.repeat(100))).status, 414);
  t.is((await ada.request('PUT', 'x'.repeat(255), { body: 'x' })).status, 201);
});
