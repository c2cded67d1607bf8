/** Rules of the port `Directory`: accounts, what they may be and who signs in. */
import type { Directory, NewPrincipal } from '../../gateway/ports/directory.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { Secret } from '../../gateway/ports/secret.ts';
import { call, collect, everyKind, failure, type DirectoryRule } from './directory-fixture.ts';

export function createRules(rule: DirectoryRule): void {
  rule('a principal is found by id, address and alias, in any spelling', async (t, { directory, person }) => {
    const anne = await person('Anne.Martin@Univ.Example', {
      displayName: ' Anne Martin ',
      aliases: ['am@univ.example', 'ANNE@lab.example', 'am@univ.example', 'anne.martin@univ.example'],
      quotaOctets: 5_000_000_000_000,
      language: 'fr-ch',
      roles: ['administrator', 'administrator'],
    });
    t.deepEqual(anne, {
      id: anne.id,
      kind: 'person',
      domain: 'univ.example',
      address: 'anne.martin@univ.example',
      addresses: ['anne.martin@univ.example', 'am@univ.example', 'anne@lab.example'],
      displayName: 'Anne Martin',
      state: 'active',
      roles: ['administrator'],
      groups: [],
      quotaOctets: 5_000_000_000_000,
      language: 'fr-CH',
    });
    t.regex(anne.id, /^[A-Za-z0-9._-]{1,64}$/);
    t.deepEqual(await directory.principal(anne.id, call), anne);
    for (const address of anne.addresses) t.deepEqual(await directory.lookup(address.toUpperCase(), call), anne);
  });

  rule('what does not exist is undefined', async (t, { directory }) => {
    t.is(await directory.principal('nobody', call), undefined);
    t.is(await directory.principal('', call), undefined);
    for (const login of [
      'nobody@univ.example',
      'nobody',
      '',
      '@',
      'a@b@c',
      'nobody@elsewhere.example',
      'a\0@univ.example',
    ]) {
      t.is(await directory.lookup(login, call), undefined);
    }
    t.deepEqual([...(await directory.domains(call))].toSorted(), ['lab.example', 'univ.example']);
  });

  rule('an address belongs to one principal of any kind and domain, as address or alias', async (t, f) => {
    await f.person('anne@univ.example', { aliases: ['am@lab.example'] });
    for (const kind of everyKind) {
      for (const address of ['ANNE@univ.example', 'am@lab.example']) {
        t.is(await failure(f.admin.create({ kind, address, displayName: 'x' }, call)), 'already-exists');
        const aliases = ['free@univ.example', address];
        t.is(await failure(f.person('other@univ.example', { kind, aliases })), 'already-exists');
      }
    }
    t.is(await f.directory.lookup('other@univ.example', call), undefined);
    t.is(await f.directory.lookup('free@univ.example', call), undefined);
  });

  rule('of many who create one address at once exactly one gets it', async (t, { other, person, directory }) => {
    const make = async (which: Directory) =>
      which.administration?.create({ kind: 'person', address: 'anne@univ.example', displayName: 'x' }, call);
    const results = await Promise.allSettled(
      Array.from({ length: 16 }, (_, index) => make(index % 2 === 0 ? directory : other)),
    );
    const made = results.filter((result) => result.status === 'fulfilled');
    t.is(made.length, 1);
    t.deepEqual(await directory.lookup('anne@univ.example', call), made[0]?.value);
    t.is(await failure(person('anne@univ.example')), 'already-exists');
  });

  rule('what is not acceptable is refused', async (t, { person, admin, group }) => {
    const refused: readonly [address: string, more: Partial<NewPrincipal>][] = [
      ['anne', {}],
      ['anne@elsewhere.example', {}],
      ['an ne@univ.example', {}],
      ['a/b@univ.example', {}],
      [`${'a'.repeat(65)}@univ.example`, {}],
      ['anne@univ.example', { aliases: ['anne@elsewhere.example'] }],
      ['anne@univ.example', { displayName: ' ' }],
      ['anne@univ.example', { displayName: 'a\nb' }],
      ['anne@univ.example', { displayName: 'a'.repeat(201) }],
      ['anne@univ.example', { quotaOctets: -1 }],
      ['anne@univ.example', { quotaOctets: 0.5 }],
      ['anne@univ.example', { language: 'not a tag' }],
      ['anne@univ.example', { password: new Secret('') }],
      ['anne@univ.example', { password: new Secret('a\0b') }],
      ['anne@univ.example', { password: new Secret('x'.repeat(1025)) }],
      ['anne@univ.example', { importedHash: new Secret('plain') }],
      [
        'anne@univ.example',
        { password: new Secret('x'), importedHash: new Secret('{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=') },
      ],
      ['staff@univ.example', { kind: 'group', password: new Secret('x') }],
    ];
    for (const [address, more] of refused) {
      t.is(await failure(person(address, more)), 'syntax', `${address} ${JSON.stringify(more)}`);
    }
    const anne = await person('anne@univ.example');
    t.is(await failure(admin.setPassword(anne.id, new Secret(''), call)), 'syntax');
    t.is(await failure(admin.update(anne.id, { aliases: ['x'] }, call)), 'syntax');
    t.is(await failure(admin.update(anne.id, { displayName: '' }, call)), 'syntax');
    t.is(await failure(admin.setPassword((await group('g@univ.example')).id, new Secret('x'), call)), 'syntax');
  });

  rule('an id is never given again', async (t, { admin, person }) => {
    const first = await person('anne@univ.example');
    await admin.remove(first.id, call);
    t.not((await person('anne@univ.example')).id, first.id);
  });
}

export function signInRules(rule: DirectoryRule): void {
  rule('the right password signs in under address and aliases', async (t, { person, signIn }) => {
    const anne = await person('anne@univ.example', { password: new Secret('Pässword'), aliases: ['am@lab.example'] });
    t.deepEqual(await signIn('anne@univ.example', 'Pässword'), anne);
    t.deepEqual(await signIn('AM@lab.example', 'Pa\u0308ssword'), anne);
  });

  rule('unknown, wrong and closed are one answer', async (t, { admin, directory, person }) => {
    await person('anne@univ.example', { password: new Secret('right') });
    await person('nopass@univ.example');
    const shut = await person('shut@univ.example', { password: new Secret('right') });
    await admin.update(shut.id, { state: 'disabled' }, call);
    const held = await person('held@univ.example', { password: new Secret('right') });
    await admin.update(held.id, { state: 'locked' }, call);
    const tries: readonly [login: string, password: string][] = [
      ['anne@univ.example', 'wrong'],
      ['anne@univ.example', 'Right'],
      ['anne@univ.example', ''],
      ['anne@univ.example', 'x'.repeat(5000)],
      ['anne', 'right'],
      ['nobody@univ.example', 'right'],
      ['nopass@univ.example', ''],
      ['nopass@univ.example', 'right'],
      ['shut@univ.example', 'right'],
      ['held@univ.example', 'right'],
      ['', 'right'],
    ];
    const messages = new Set<string>();
    for (const [login, password] of tries) {
      const credentials = { login, password: new Secret(password) };
      const error = await t.throwsAsync(directory.authenticate(credentials, call), { instanceOf: GatewayError });
      t.is(error?.code, 'authentication-failed', login);
      messages.add(error?.message ?? '');
    }
    t.is(messages.size, 1);
  });

  rule('an imported hash signs in, before and after it was replaced', async (t, { person, signIn, directory }) => {
    const anne = await person('anne@univ.example', { importedHash: new Secret('{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=') });
    const version = await directory.version?.(anne.id, call);
    t.is(await failure(signIn('anne@univ.example', 'wrong')), 'authentication-failed');
    t.deepEqual(await signIn('anne@univ.example', 'secret'), anne);
    t.deepEqual(await signIn('anne@univ.example', 'secret'), anne);
    t.is(await failure(signIn('anne@univ.example', 'wrong')), 'authentication-failed');
    // The same password in another form is no change of the account: what is cached stays good.
    t.is(await directory.version?.(anne.id, call), version);
  });

  rule('a new password takes the place of the old one', async (t, { admin, person, signIn }) => {
    const anne = await person('anne@univ.example', { password: new Secret('old') });
    await admin.setPassword(anne.id, new Secret('new'), call);
    t.is(await failure(signIn('anne@univ.example', 'old')), 'authentication-failed');
    t.is((await signIn('anne@univ.example', 'new')).id, anne.id);
    t.is(await failure(admin.setPassword('nobody', new Secret('x'), call)), 'not-found');
  });

  rule('scram keys are those of the password, and of active accounts only', async (t, f) => {
    const { directory, person, admin } = f;
    if (directory.scramSecret === undefined) {
      t.pass();
      return;
    }
    const anne = await person('anne@univ.example', { password: new Secret('pencil'), aliases: ['am@univ.example'] });
    const secret = await directory.scramSecret('AM@univ.example', 'SHA-256', call);
    t.is(secret?.principalId, anne.id);
    t.true((secret?.iterations ?? 0) >= 4096);
    t.true((secret?.salt.length ?? 0) >= 16);
    t.deepEqual([secret?.storedKey.length, secret?.serverKey.length], [32, 32]);
    t.is(await directory.scramSecret('anne@univ.example', 'SHA-1', call), undefined);
    t.is(await directory.scramSecret('nobody@univ.example', 'SHA-256', call), undefined);
    await admin.setPassword(anne.id, new Secret('pencil'), call);
    t.notDeepEqual((await directory.scramSecret('anne@univ.example', 'SHA-256', call))?.salt, secret?.salt);
    await admin.update(anne.id, { state: 'locked' }, call);
    t.is(await directory.scramSecret('anne@univ.example', 'SHA-256', call), undefined);
  });
}

export function changeRules(rule: DirectoryRule): void {
  rule('a change touches what it names; null takes away', async (t, { admin, person, again }) => {
    const anne = await person('anne@univ.example', { quotaOctets: 10, language: 'fr', aliases: ['am@univ.example'] });
    const named = await admin.update(anne.id, { displayName: 'Anne' }, call);
    t.deepEqual(named, { ...anne, displayName: 'Anne' });
    const bare = await admin.update(anne.id, { quotaOctets: null, language: null, roles: ['administrator'] }, call);
    t.deepEqual(bare, { ...named, quotaOctets: undefined, language: undefined, roles: ['administrator'] });
    const locked = await admin.update(anne.id, { state: 'locked', quotaOctets: 0 }, call);
    t.deepEqual(locked, { ...bare, state: 'locked', quotaOctets: 0 });
    t.deepEqual(await again(anne), locked);
    t.deepEqual(await admin.update(anne.id, {}, call), locked);
    t.is(await failure(admin.update('nobody', { displayName: 'x' }, call)), 'not-found');
  });

  rule('aliases are replaced as a whole, and free again when they are left out', async (t, f) => {
    const anne = await f.person('anne@univ.example', { aliases: ['a1@univ.example', 'a2@univ.example'] });
    await f.person('bob@univ.example');
    const changed = await f.admin.update(anne.id, { aliases: ['a2@univ.example', 'a3@univ.example'] }, call);
    t.deepEqual(changed.addresses, ['anne@univ.example', 'a2@univ.example', 'a3@univ.example']);
    t.is(await f.directory.lookup('a1@univ.example', call), undefined);
    t.is(await failure(f.admin.update(anne.id, { aliases: ['bob@univ.example'] }, call)), 'already-exists');
    t.deepEqual((await f.again(anne)).addresses, changed.addresses);
    t.deepEqual((await f.directory.lookup('a2@univ.example', call))?.id, anne.id);
    await f.person('a1@univ.example');
  });

  rule('removing takes the addresses, the password and the memberships along', async (t, f) => {
    const anne = await f.person('anne@univ.example', { password: new Secret('x'), aliases: ['am@univ.example'] });
    const staff = await f.group('staff@univ.example', anne);
    await f.admin.remove(anne.id, call);
    t.is(await f.directory.principal(anne.id, call), undefined);
    t.is(await f.directory.lookup('am@univ.example', call), undefined);
    t.deepEqual(await f.directory.members(staff.id, call), []);
    t.is(await failure(f.signIn('anne@univ.example', 'x')), 'authentication-failed');
    t.deepEqual(await f.directory.search({ domain: 'univ.example', text: 'anne', limit: 10 }, call), []);
    t.is(await failure(f.admin.remove(anne.id, call)), 'not-found');
    await f.person('anne@univ.example', { aliases: ['am@univ.example'] });
    t.is(await failure(f.signIn('anne@univ.example', 'x')), 'authentication-failed');
  });

  rule('list gives every state of the kinds asked for, in order of address', async (t, { admin, person, group }) => {
    const bob = await person('bob@univ.example');
    const anne = await person('anne@univ.example');
    await person('carl@lab.example');
    await admin.update(bob.id, { state: 'disabled' }, call);
    await group('all@univ.example', anne);
    const addresses = async (kinds: readonly (typeof everyKind)[number][]) =>
      (await collect(admin.list('Univ.Example', kinds, call))).map((principal) => principal.address);
    t.deepEqual(await addresses(['person']), ['anne@univ.example', 'bob@univ.example']);
    t.deepEqual(await addresses(['group', 'person']), ['all@univ.example', 'anne@univ.example', 'bob@univ.example']);
    t.deepEqual(await addresses(['room']), []);
    t.deepEqual(await addresses([]), []);
    t.deepEqual(await collect(admin.list('elsewhere.example', everyKind, call)), []);
  });
}
