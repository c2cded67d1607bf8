/** Rules of the port `Directory`: groups, and the version that follows them. */
import { Secret } from '../../gateway/ports/secret.ts';
import { call, failure, type DirectoryRule } from './directory-fixture.ts';

export function groupRules(rule: DirectoryRule): void {
  rule('a principal is in every group above it, once', async (t, { person, group, again, directory }) => {
    const anne = await person('anne@univ.example', { displayName: 'B' });
    const room = await person('r1@univ.example', { kind: 'room', displayName: 'a' });
    const inner = await group('inner@univ.example', anne, room);
    const left = await group('left@univ.example', inner);
    const right = await group('right@univ.example', inner, anne);
    const top = await group('top@univ.example', left, right);
    const all = [inner, left, right, top].map((each) => each.id).toSorted();
    t.deepEqual((await again(anne)).groups, all);
    t.deepEqual((await again(room)).groups, all);
    t.deepEqual(
      (await again(inner)).groups,
      all.filter((id) => id !== inner.id),
    );
    t.deepEqual((await again(top)).groups, []);
    t.deepEqual(
      (await directory.members(inner.id, call)).map((each) => each.id),
      [room.id, anne.id],
    );
    t.deepEqual(
      (await directory.members(top.id, call)).map((each) => each.id),
      [left.id, right.id],
    );
  });

  rule('a group may not hold itself, however far', async (t, { admin, group }) => {
    const a = await group('a@univ.example');
    const b = await group('b@univ.example', a);
    const c = await group('c@univ.example', b);
    for (const [holder, member] of [
      [a, a],
      [a, b],
      [a, c],
      [b, c],
    ] as const) {
      t.is(await failure(admin.addMember(holder.id, member.id, call)), 'precondition-failed');
    }
  });

  rule('of two memberships that would close a ring at most one is made', async (t, { admin, other, group, again }) => {
    const a = await group('a@univ.example');
    const b = await group('b@univ.example');
    const outcomes = await Promise.all([
      failure(admin.addMember(a.id, b.id, call)),
      failure((other.administration ?? admin).addMember(b.id, a.id, call)),
    ]);
    t.deepEqual(outcomes.toSorted(), ['none', 'precondition-failed']);
    t.is((await again(a)).groups.length + (await again(b)).groups.length, 1);
  });

  rule('members are added once, and removed once', async (t, { admin, directory, person, group }) => {
    const anne = await person('anne@univ.example');
    const staff = await group('staff@univ.example', anne);
    await admin.addMember(staff.id, anne.id, call);
    t.is((await directory.members(staff.id, call)).length, 1);
    await admin.removeMember(staff.id, anne.id, call);
    t.is((await directory.members(staff.id, call)).length, 0);
    t.is(await failure(admin.removeMember(staff.id, anne.id, call)), 'not-found');
    t.is(await failure(admin.addMember(staff.id, 'nobody', call)), 'not-found');
    t.is(await failure(admin.addMember('nothing', anne.id, call)), 'not-found');
    t.is(await failure(admin.addMember(anne.id, staff.id, call)), 'not-found');
    t.is(await failure(admin.removeMember(anne.id, staff.id, call)), 'not-found');
    t.is(await failure(directory.members(anne.id, call)), 'not-found');
    t.is(await failure(directory.members('nothing', call)), 'not-found');
  });
}

export function versionRules(rule: DirectoryRule): void {
  rule(
    'the version changes with everything that is said of the principal, everywhere, and with nothing else',
    async (t, f) => {
      const { directory, other, admin } = f;
      if (directory.version === undefined) {
        t.pass();
        return;
      }
      const anne = await f.person('anne@univ.example', { password: new Secret('x') });
      const bob = await f.person('bob@univ.example');
      const inner = await f.group('inner@univ.example', anne);
      const outer = await f.group('outer@univ.example', inner);
      const top = await f.group('top@univ.example');
      const version = (id: string) => other.version?.(id, call);
      const bobs = await version(bob.id);
      const seen = new Set([await version(anne.id)]);
      const changes: readonly [title: string, change: () => Promise<unknown>][] = [
        ['name', () => admin.update(anne.id, { displayName: 'Anne' }, call)],
        ['aliases', () => admin.update(anne.id, { aliases: ['am@univ.example'] }, call)],
        ['state', () => admin.update(anne.id, { state: 'disabled' }, call)],
        ['state back', () => admin.update(anne.id, { state: 'active' }, call)],
        ['roles', () => admin.update(anne.id, { roles: ['administrator'] }, call)],
        ['quota', () => admin.update(anne.id, { quotaOctets: 1 }, call)],
        ['password', () => admin.setPassword(anne.id, new Secret('y'), call)],
        ['a group above', () => admin.addMember(top.id, outer.id, call)],
        ['a group above gone', () => admin.removeMember(top.id, outer.id, call)],
        ['nested group removed', () => admin.remove(outer.id, call)],
        ['own group left', () => admin.removeMember(inner.id, anne.id, call)],
        ['own group joined', () => admin.addMember(inner.id, anne.id, call)],
      ];
      for (const [title, change] of changes) {
        await change();
        const now = await version(anne.id);
        t.false(seen.has(now), title);
        seen.add(now);
      }
      t.is(await version(bob.id), bobs);
      const before = await version(anne.id);
      await f.signIn('anne@univ.example', 'y');
      await directory.lookup('anne@univ.example', call);
      await admin.update(inner.id, { displayName: 'Inner circle' }, call);
      t.is(await version(anne.id), before);
      await admin.remove(anne.id, call);
      t.is(await version(anne.id), undefined);
      t.is(await version('nobody'), undefined);
    },
  );
}
