import test from 'ava';
import { MemoryDirectory } from '../../adapters/memory/directory.ts';
import type { Call } from '../ports/call.ts';
import type { Directory } from '../ports/directory.ts';
import { silentLog } from '../ports/log.ts';
import { Secret } from '../ports/secret.ts';
import { chainDirectories } from './directory-chain.ts';

const call: Call = { signal: new AbortController().signal, log: silentLog };
const domain = 'univ.test';

async function directoryOf(people: Readonly<Record<string, string>>): Promise<MemoryDirectory> {
  const directory = new MemoryDirectory([domain]);
  for (const [login, password] of Object.entries(people)) {
    const address = `${login}@${domain}`;
    await directory.create({ kind: 'person', address, displayName: login, password: new Secret(password) }, call);
  }
  return directory;
}

function signIn(directory: Directory, login: string, password: string): Promise<unknown> {
  return directory.authenticate({ login: `${login}@${domain}`, password: new Secret(password) }, call);
}

test('a chain of one directory is that directory', async (t) => {
  const only = await directoryOf({});
  t.is(chainDirectories([only]), only);
});

test('the first directory that knows a name decides, and no other is asked for its password', async (t) => {
  const chain = chainDirectories([
    await directoryOf({ anne: 'password one', bob: 'password one' }),
    await directoryOf({ anne: 'password two', carol: 'password two' }),
  ]);
  await t.notThrowsAsync(signIn(chain, 'anne', 'password one'));
  await t.throwsAsync(signIn(chain, 'anne', 'password two'), { code: 'authentication-failed' });
  await t.notThrowsAsync(signIn(chain, 'carol', 'password two'));
  await t.throwsAsync(signIn(chain, 'nobody', 'password one'), { code: 'authentication-failed' });
  t.deepEqual(await chain.domains(call), [domain]);
});

test('a principal is found by address and id in whichever directory has it; search gives each address once', async (t) => {
  const [first, second] = [
    await directoryOf({ anne: 'password', bob: 'password' }),
    await directoryOf({ anne: 'password', carol: 'password' }),
  ];
  const chain = chainDirectories([first, second]);
  const carol = await chain.lookup(`carol@${domain}`, call);
  t.is(carol?.displayName, 'carol');
  t.deepEqual(await chain.principal(carol?.id ?? '', call), carol);
  t.is(await chain.lookup(`nobody@${domain}`, call), undefined);
  const found = await chain.search({ domain, limit: 10 }, call);
  t.deepEqual(
    found.map(({ displayName }) => displayName),
    ['anne', 'bob', 'carol'],
  );
  t.is(found[0]?.id, (await first.lookup(`anne@${domain}`, call))?.id);
  t.is((await chain.search({ domain, limit: 2 }, call)).length, 2);
});

test('members are those of the directory that has the group', async (t) => {
  const [first, second] = [await directoryOf({}), await directoryOf({ carol: 'password' })];
  const chain = chainDirectories([first, second]);
  const group = await second.create({ kind: 'group', address: `staff@${domain}`, displayName: 'Staff' }, call);
  const carol = await second.lookup(`carol@${domain}`, call);
  await second.addMember(group.id, carol?.id ?? '', call);
  t.deepEqual(
    (await chain.members(group.id, call)).map(({ displayName }) => displayName),
    ['carol'],
  );
  await t.throwsAsync(chain.members('nothing', call), { code: 'not-found' });
});

test('abilities: accounts are made in the first that keeps any, a version is given only when every directory has one', async (t) => {
  const [first, second] = [await directoryOf({ anne: 'password' }), await directoryOf({ carol: 'password' })];
  const readOnly: Directory = {
    domains: (given) => first.domains(given),
    authenticate: (credentials, given) => first.authenticate(credentials, given),
    lookup: (address, given) => first.lookup(address, given),
    principal: (id, given) => first.principal(id, given),
    search: (query, given) => first.search(query, given),
    members: (id, given) => first.members(id, given),
  };
  const mixed = chainDirectories([readOnly, second]);
  t.is(mixed.administration, second.administration);
  t.is(Reflect.get(mixed, 'version'), undefined);
  const whole = chainDirectories([first, second]);
  const carol = await second.lookup(`carol@${domain}`, call);
  t.is(await whole.version?.(carol?.id ?? '', call), await second.version(carol?.id ?? '', call));
  t.is(await whole.version?.('nothing', call), undefined);
});
