/** Rules of the port `Directory`: how people are found. */
import { call, type DirectoryRule } from './directory-fixture.ts';

export function searchRules(rule: DirectoryRule): void {
  rule('people are found by the start of words, without regard to case and accents', async (t, f) => {
    await f.person('elodie.cote@univ.example', { displayName: 'Élodie Côté-Müller', aliases: ['ecm@lab.example'] });
    await f.person('anne@univ.example', { displayName: 'Anne O’Neill' });
    await f.person('soren@univ.example', { displayName: 'Søren Straße' });
    const gone = await f.person('eve@univ.example', { displayName: 'Élodie Gone' });
    await f.admin.update(gone.id, { state: 'disabled' }, call);
    await f.person('elodie@lab.example', { displayName: 'Élodie Elsewhere' });
    await f.group('elodie-fans@univ.example');
    const found = async (text: string) =>
      (await f.directory.search({ domain: 'univ.example', text, kinds: ['person'], limit: 10 }, call)).map(
        (principal) => principal.address,
      );
    for (const text of [
      'elo',
      'ÉLODIE',
      'cote',
      'cote-m',
      'mull',
      'elodie.c',
      'ecm',
      'ecm@l',
      'mu elo',
      'elod%',
      'elodie\\',
      'cote, elod',
    ]) {
      t.deepEqual(await found(text), ['elodie.cote@univ.example'], text);
    }
    for (const text of ['soren', 'strasse', 'STRASS']) t.deepEqual(await found(text), ['soren@univ.example'], text);
    for (const text of ['lodie', 'elo anne', 'e_o', '%elo%x', 'x']) t.deepEqual(await found(text), [], text);
    t.is((await found('')).length, 3);
    t.is((await found(' % ')).length, 3);
  });

  rule('answers come in order of display name, no more than asked, of the kinds asked', async (t, f) => {
    await f.person('z@univ.example', { displayName: 'alpha' });
    await f.person('y@univ.example', { displayName: 'Émile' });
    await f.person('x@univ.example', { displayName: 'Beta' });
    await f.person('w@univ.example', { displayName: 'zeta', kind: 'room' });
    const names = async (query: object) =>
      (await f.directory.search({ domain: 'UNIV.example', limit: 10, ...query }, call)).map((each) => each.displayName);
    t.deepEqual(await names({}), ['alpha', 'Beta', 'Émile', 'zeta']);
    t.deepEqual(await names({ limit: 2 }), ['alpha', 'Beta']);
    t.deepEqual(await names({ limit: 0 }), []);
    t.deepEqual(await names({ kinds: ['room', 'resource'] }), ['zeta']);
    t.deepEqual(await names({ kinds: [] }), []);
    t.deepEqual(await names({ domain: 'elsewhere.example' }), []);
  });

  rule('a change of name or alias changes what is found', async (t, f) => {
    const anne = await f.person('anne@univ.example', { displayName: 'Anne Martin', aliases: ['am@univ.example'] });
    await f.admin.update(anne.id, { displayName: 'Anne Dupont' }, call);
    const found = async (text: string) =>
      (await f.directory.search({ domain: 'univ.example', text, limit: 10 }, call)).length;
    t.deepEqual([await found('martin'), await found('dupont'), await found('am')], [0, 1, 1]);
    await f.admin.update(anne.id, { aliases: [] }, call);
    t.deepEqual([await found('am'), await found('anne')], [0, 1]);
  });
}
