import test from 'ava';
import { MemoryDirectory } from '../../adapters/memory/directory.ts';
import type { Directory } from '../ports/directory.ts';
import { GatewayError } from '../ports/errors.ts';
import { silentLog } from '../ports/log.ts';
import { Secret } from '../ports/secret.ts';
import { chainDirectories } from './directory-chain.ts';

const call = { signal: new AbortController().signal, log: silentLog };
const domain = 'univ.example';

async function memory(people: Readonly<Record<string, string>>): Promise<MemoryDirectory> {
  const directory = new MemoryDirectory([domain]);
  for (const [login, password] of Object.entries(people)) {
    const displayName = `${login} ${password}`;
    await directory.create(
      { kind: 'person', address: `${login}@${domain}`, displayName, password: new Secret(password) },
      call,
    );
  }
  return directory;
}

/** The same directory without what is optional. */
function plain(directory: Directory): Directory {
  return {
    domains: (...args) => directory.domains(...args),
    authenticate: (...args) => directory.authenticate(...args),
    lookup: (...args) => directory.lookup(...args),
    principal: (...args) => directory.principal(...args),
    search: (...args) => directory.search(...args),
    members: (...args) => directory.members(...args),
  };
}

const signIn = (directory: Directory, login: string, password: string) =>
  directory.authenticate({ login: `${login}@${domain}`, password: new Secret(password) }, call);

test('one directory is its own chain, none is no chain', async (t) => {
  const only = await memory({});
  t.is(chainDirectories([only]), only);
  t.throws(() => chainDirectories([]), { instanceOf: RangeError });
});

test('the first directory that knows a name decides, also when it refuses', async (t) => {
  const first = await memory({ anne: 'one' });
  const second = await memory({ anne: 'two', bob: 'two' });
  const chain = chainDirectories([first, second]);
  t.is((await signIn(chain, 'anne', 'one')).displayName, 'anne one');
  t.is((await signIn(chain, 'bob', 'two')).displayName, 'bob two');
  for (const [login, password] of [
    ['anne', 'two'],
    ['bob', 'one'],
    ['carl', 'one'],
  ] as const) {
    await t.throwsAsync(signIn(chain, login, password), { code: 'authentication-failed' });
  }
  t.is((await chain.lookup(`anne@${domain}`, call))?.displayName, 'anne one');
  t.is((await chain.lookup(`bob@${domain}`, call))?.displayName, 'bob two');
  t.deepEqual(await chain.domains(call), [domain]);
});

test('a directory that does not answer makes the chain unavailable', async (t) => {
  const down = () => Promise.reject(new GatewayError('unavailable', 'the directory does not answer'));
  const broken: Directory = {
    domains: down,
    authenticate: down,
    lookup: down,
    principal: down,
    search: down,
    members: down,
    version: down,
  };
  const good = await memory({ anne: 'one' });
  const chain = chainDirectories([broken, good]);
  const id = (await good.lookup(`anne@${domain}`, call))?.id ?? '';
  await t.throwsAsync(signIn(chain, 'anne', 'one'), { code: 'unavailable' });
  await t.throwsAsync(chain.lookup(`anne@${domain}`, call), { code: 'unavailable' });
  await t.throwsAsync(chain.principal(id, call), { code: 'unavailable' });
  await t.throwsAsync(chain.search({ domain, limit: 1 }, call), { code: 'unavailable' });
  await t.throwsAsync(chain.members(id, call), { code: 'unavailable' });
  await t.throwsAsync(async () => chain.version?.(id, call), { code: 'unavailable' });
  t.is((await signIn(chainDirectories([good, broken]), 'anne', 'one')).displayName, 'anne one');
});

test('a search merges, hides what is hidden, and keeps the order and the limit', async (t) => {
  const chain = chainDirectories([await memory({ bob: 'b', anne: 'a' }), await memory({ anne: 'z', carl: 'c' })]);
  const names = async (limit: number) => (await chain.search({ domain, limit }, call)).map((each) => each.displayName);
  t.deepEqual(await names(10), ['anne a', 'bob b', 'carl c']);
  t.deepEqual(await names(2), ['anne a', 'bob b']);
});

test('members come from the directory that has the group', async (t) => {
  const [first, second] = [await memory({}), await memory({ anne: 'x' })];
  const group = await second.create({ kind: 'group', address: `staff@${domain}`, displayName: 'Staff' }, call);
  const anne = await second.lookup(`anne@${domain}`, call);
  await second.addMember(group.id, anne?.id ?? '', call);
  const chain = chainDirectories([first, second]);
  t.deepEqual(
    (await chain.members(group.id, call)).map((each) => each.id),
    [anne?.id],
  );
  await t.throwsAsync(chain.members('nothing', call), { code: 'not-found' });
});

test('what is optional is there when a directory has it', async (t) => {
  const [first, second] = [await memory({ anne: 'x' }), await memory({ bob: 'x', anne: 'y' })];
  const bare = chainDirectories([plain(first), plain(second)]);
  for (const member of ['administration', 'version', 'scramSecret']) t.false(member in bare, member);
  const mixed = chainDirectories([plain(first), second]);
  t.is(mixed.administration, second.administration);
  t.is(chainDirectories([first, second]).administration, first.administration);
  const bob = await second.lookup(`bob@${domain}`, call);
  t.is((await mixed.scramSecret?.(`bob@${domain}`, 'SHA-256', call))?.principalId, bob?.id);
  // The first directory decides on anne and has no keys; those of the second are of somebody else.
  t.is(await mixed.scramSecret?.(`anne@${domain}`, 'SHA-256', call), undefined);
});

test('the version follows the directory that has the principal, and those without versions stay usable', async (t) => {
  const [first, second] = [await memory({ anne: 'x' }), await memory({ bob: 'x' })];
  const anne = (await first.lookup(`anne@${domain}`, call))?.id ?? '';
  const bob = (await second.lookup(`bob@${domain}`, call))?.id ?? '';
  const both = chainDirectories([first, second]);
  t.not(await both.version?.(anne, call), undefined);
  t.is(await both.version?.('nobody', call), undefined);
  const mixed = chainDirectories([plain(first), second]);
  const before = await mixed.version?.(bob, call);
  await second.update(bob, { state: 'locked' }, call);
  const after = await mixed.version?.(bob, call);
  t.not(after, before);
  await second.remove(bob, call);
  t.not(await mixed.version?.(bob, call), after);
  t.is(await mixed.version?.(anne, call), await mixed.version?.(anne, call));
  t.not(await mixed.version?.(anne, call), undefined);
});
