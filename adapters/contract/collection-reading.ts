/** Walking paths and listing members. */
import type { CollectionRule } from './collection-fixture.ts';
import { filesOf, lastLink, readWrite } from './collection-fixture.ts';
import { callOf, inParallel, same, throwsCode } from './support.ts';

/** In order of code points. UTF-16 would have U+1F600 before U+FF5E, and a locale `a` before `B`. */
const inOrder = [
  ' ',
  '%2F',
  '-',
  '.',
  '..',
  '0',
  '10',
  '9',
  'A',
  'B',
  'a',
  'e\u0301',
  'z',
  '\u00e9',
  '\u4e2d',
  '\uff5e',
  '\u{1f600}',
];

export function readingRules(rule: CollectionRule): void {
  resolveRules(rule);
  accessRules(rule);
  memberRules(rule);
  contentRules(rule);
  storeRules(rule);
}

function resolveRules(rule: CollectionRule): void {
  rule('port: a tree that does not exist resolves to no links', async (t, at) => {
    const resolution = await at.resolve('nobody', 'a', 'b');
    t.deepEqual(resolution.links, []);
    t.deepEqual(resolution.missing, ['a', 'b']);
    t.deepEqual((await at.resolve('nobody')).links, []);
  });

  rule('port: a root resolves to itself, its name is its tree key', async (t, at) => {
    const root = await at.tree();
    const resolution = await at.resolve('alice');
    t.deepEqual(resolution.tree, filesOf('alice'));
    t.is(resolution.rootId, root.id);
    t.deepEqual(resolution.missing, []);
    same(
      t,
      resolution.links.map(({ node }) => node),
      [root],
    );
    t.is(root.parentId, 0);
    t.is(root.type, 'collection');
    t.regex(root.name, /alice/);
  });

  rule('port: to ensure a tree again gives the same root', async (t, at) => {
    const roots = await Promise.all(Array.from({ length: 8 }, () => at.tree()));
    t.is(new Set(roots.map(({ id }) => id)).size, 1);
    const others = await Promise.all([at.tree('bob'), at.tree('alice', 'calendars'), at.tree('alice', 'addressbooks')]);
    t.is(new Set([...roots, ...others].map(({ id }) => id)).size, 4);
  });

  rule('port: a path resolves to all nodes along it', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    const b = await at.mkcol(a.id, 'b');
    const { node } = await at.put(b.id, 'c.txt', 'text');
    const { links, missing, tree, rootId } = await at.resolve('alice', 'a', 'b', 'c.txt');
    t.deepEqual(
      links.map((link) => link.node.id),
      [root.id, a.id, b.id, node.id],
    );
    t.true(links.every(({ via }) => via === undefined));
    t.deepEqual(missing, []);
    t.deepEqual(tree, filesOf('alice'));
    t.is(rootId, root.id);
    same(t, links.at(-1)?.node, node);
  });

  rule('port: what does not exist is the missing tail, also behind a resource', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    await at.put(a.id, 'file', 'text');
    const cases = [
      { path: ['x'], links: 1, missing: ['x'] },
      { path: ['a', 'x'], links: 2, missing: ['x'] },
      { path: ['a', 'x', 'y', 'z'], links: 2, missing: ['x', 'y', 'z'] },
      { path: ['a', 'file', 'x'], links: 3, missing: ['x'] },
      { path: ['A'], links: 1, missing: ['A'] },
      { path: ['a', 'file '], links: 2, missing: ['file '] },
    ];
    for (const { path, links, missing } of cases) {
      const resolution = await at.resolve('alice', ...path);
      t.is(resolution.links.length, links, path.join('/'));
      t.deepEqual(resolution.missing, missing);
    }
  });

  rule('port: names are told apart octet by octet', async (t, at) => {
    const root = await at.tree();
    for (const name of inOrder) await at.put(root.id, name, `at ${name}`);
    for (const name of inOrder) t.is(await at.text(await at.resourceAt('alice', name)), `at ${name}`);
    t.is(await at.at('alice', '\u1f600'), undefined);
    t.is(await at.at('alice', 'E\u0301'), undefined);
  });

  rule('port: a path of a hundred names and a name of 255 characters resolve', async (t, at) => {
    const path = Array.from({ length: 99 }, (_, index) => `level ${index}`);
    let parent = await at.tree();
    for (const name of path) parent = await at.mkcol(parent.id, name);
    const long = '\u00e9'.repeat(255);
    await at.put(parent.id, long, 'deep');
    t.is(await at.text(await at.resourceAt('alice', ...path, long)), 'deep');
    t.is((await at.resolve('alice', ...path, long)).links.length, 101);
    t.is((await at.resolve('alice', ...path, 'x', 'y')).missing.length, 2);
  });

  rule('port: trees of the same owner in other spaces are other trees', async (t, at) => {
    const files = await at.tree();
    const calendars = await at.tree('alice', 'calendars');
    await at.put(files.id, 'x', 'file');
    await at.put(calendars.id, 'x', 'event');
    const found = await at.store.resolve({ space: 'calendars', owner: 'alice' }, ['x'], callOf());
    t.is(found.rootId, calendars.id);
    t.deepEqual(found.tree, { space: 'calendars', owner: 'alice' });
    const { node } = lastLink(found);
    t.is(node.type === 'resource' ? await at.text(node) : '', 'event');
  });
}

function accessRules(rule: CollectionRule): void {
  rule('port: every link has the access control that its node carries', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    const b = await at.mkcol(a.id, 'b');
    const { node } = await at.put(b.id, 'c', 'text');
    await at.share(a.id, { bob: readWrite, group: 1 });
    await at.share(node.id, { carol: 1 });
    const { links } = await at.resolve('alice', 'a', 'b', 'c');
    const access = links.map((link) => link.access.map(({ nodeId, grantee }) => `${nodeId} ${grantee}`).sort());
    t.deepEqual(access, [[], [`${a.id} bob`, `${a.id} group`], [], [`${node.id} carol`]]);
    t.is(links[1]?.access.find(({ grantee }) => grantee === 'bob')?.privileges, readWrite);
    t.deepEqual(
      links.map((link) => link.node.hasAccessControl),
      [false, true, false, true],
    );
  });

  rule('port: ancestors are the ids from the root down to the node', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    const b = await at.mkcol(a.id, 'b');
    const { node } = await at.put(b.id, 'c', 'text');
    t.deepEqual(await at.store.ancestors(node.id, callOf()), [root.id, a.id, b.id, node.id]);
    t.deepEqual(await at.store.ancestors(root.id, callOf()), [root.id]);
  });
}

function memberRules(rule: CollectionRule): void {
  rule('port: members come in order of code points', async (t, at) => {
    const root = await at.tree();
    await inParallel([...inOrder].reverse(), 4, async (name) => {
      await at.put(root.id, name, name);
    });
    t.deepEqual(await at.names(root.id), inOrder);
  });

  rule('port: a listing starts behind the name it is told, whether that exists or not', async (t, at) => {
    const root = await at.tree();
    for (const name of inOrder) await at.put(root.id, name, name);
    for (const [index, name] of inOrder.entries()) {
      t.deepEqual(await at.names(root.id, name), inOrder.slice(index + 1), name);
    }
    t.deepEqual(await at.names(root.id, 'A0'), inOrder.slice(inOrder.indexOf('B')));
    t.deepEqual(await at.names(root.id, '\u{10ffff}'), []);
    t.deepEqual(await at.names(root.id, ''), inOrder);
  });

  rule('port: a listing has collections and resources of this collection only', async (t, at) => {
    const root = await at.tree();
    const a = await at.mkcol(root.id, 'a');
    await at.put(a.id, 'inner', 'text');
    const { node } = await at.put(root.id, 'b', 'text');
    const found = await at.members(root.id);
    t.deepEqual(
      found.map(({ id, type }) => [id, type]),
      [
        [a.id, 'collection'],
        [node.id, 'resource'],
      ],
    );
    same(t, found[1], node);
    t.deepEqual(await at.names(node.id), []);
  });

  rule('port: a long listing gives every name once, in order, while others write', async (t, at) => {
    const root = await at.tree();
    const names = Array.from({ length: 2500 }, (_, index) => `m${String(index).padStart(5, '0')}`);
    await inParallel(names, 64, async (name) => {
      await at.put(root.id, name, name);
    });
    const seen: string[] = [];
    let written = 0;
    for await (const batch of at.store.members(root.id, undefined, callOf())) {
      seen.push(...batch.map(({ name }) => name));
      written += 1;
      await at.put(root.id, `a${written}`, 'behind the reader');
      await at.put(root.id, names[written] as string, 'replaced');
    }
    t.deepEqual(
      seen.filter((name) => name.startsWith('m')),
      names,
    );
    t.deepEqual([...seen].sort(), seen);
    t.deepEqual(await at.names(root.id, names[2400]), names.slice(2401));
  });

  rule('port: a listing can be left early', async (t, at) => {
    const root = await at.tree();
    for (const name of ['a', 'b', 'c']) await at.put(root.id, name, name);
    for await (const batch of at.store.members(root.id, undefined, callOf())) {
      t.true(batch.length > 0);
      break;
    }
    t.is((await at.put(root.id, 'd', 'd')).created, true);
  });
}

function contentRules(rule: CollectionRule): void {
  rule('port: the octets of a resource are those of its etag', async (t, at) => {
    const root = await at.tree();
    const octets = Buffer.from(Array.from({ length: 65_536 }, (_, index) => index % 256));
    const content = { etag: 'an-etag', sizeOctets: octets.byteLength, contentType: undefined, octets };
    const { node } = await at.put(root.id, 'bytes', '', { content });
    t.deepEqual(Buffer.from(await at.store.content(node.id, 'an-etag', callOf())), octets);
    await throwsCode(t, at.store.content(node.id, 'another', callOf()), 'not-found');
    await at.put(root.id, 'bytes', 'new');
    await throwsCode(t, at.store.content(node.id, 'an-etag', callOf()), 'not-found');
    await at.remove(root.id, 'bytes');
    await throwsCode(t, at.store.content(node.id, node.etag, callOf()), 'not-found');
    await throwsCode(t, at.store.content(root.id, '', callOf()), 'not-found');
  });

  rule('port: a resource of no octets has content of no octets', async (t, at) => {
    const root = await at.tree();
    const { node } = await at.put(root.id, 'empty', '');
    t.is((await at.store.content(node.id, node.etag, callOf())).byteLength, 0);
  });
}

function storeRules(rule: CollectionRule): void {
  rule('port: the epoch is the same after the store was opened again', async (t, at, opened) => {
    const { epoch } = at.store;
    t.true(epoch.length > 8);
    const root = await at.tree();
    const { node } = await at.put(root.id, 'kept', 'text');
    if (opened.reopen === undefined) return;
    const again = await opened.reopen();
    t.is(again.epoch, epoch);
    same(t, lastLink(await again.resolve(filesOf('alice'), ['kept'], callOf())).node, node);
  });

  rule('port: check resolves when the store answers', async (t, at) => {
    await t.notThrowsAsync(at.store.check(callOf()));
  });

  rule('port: a call that was given up before it began does nothing', async (t, at) => {
    const root = await at.tree();
    const call = callOf(AbortSignal.abort(new Error('given up')));
    const content = { etag: 'e', sizeOctets: 1, contentType: undefined, octets: new Uint8Array(1) };
    const guard = { principalId: 'alice', lockTokens: [], expectations: [] };
    const put = { parentId: root.id, name: 'x', content, modified: undefined, quotaOctets: undefined, guard };
    await t.throwsAsync(at.store.put(put, call));
    t.deepEqual(await at.names(root.id), []);
  });
}
