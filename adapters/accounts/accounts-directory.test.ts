import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { silentLog } from '../../gateway/ports/log.ts';
import { Secret } from '../../gateway/ports/secret.ts';
import { systemClock } from '../../gateway/ports/clock.ts';
import { testDirectory } from '../contract/directory.ts';
import { openSqliteEngine } from '../sqlite/engine.ts';
import { AccountsDirectory } from './accounts-directory.ts';

const call = { signal: new AbortController().signal, log: silentLog };
const domains = ['univ.example', 'lab.example'];
const cheap = { argon2: { memoryKiB: 8, passes: 1, parallelism: 1 }, scramIterations: 4096 };

/** Two directories on two engines on one file, as two processes have them. */
async function openTwo() {
  const folder = await mkdtemp(join(tmpdir(), 'accounts-'));
  const options = { path: join(folder, 'store.sqlite') };
  const engines = [await openSqliteEngine(options, silentLog), await openSqliteEngine(options, silentLog)] as const;
  const [directory, other] = [
    new AccountsDirectory(engines[0], { domains, passwords: cheap }, systemClock),
    new AccountsDirectory(engines[1], { domains, passwords: cheap }, systemClock),
  ];
  return {
    engines,
    directory,
    other,
    [Symbol.asyncDispose]: async () => {
      for (const each of [directory, other, ...engines]) await each[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

testDirectory('accounts on sqlite', openTwo);

test('a directory of other domains on the same store knows nothing of these', async (t) => {
  await using two = await openTwo();
  const anne = await two.directory.administration.create(
    { kind: 'person', address: 'anne@univ.example', displayName: 'Anne', password: new Secret('x') },
    call,
  );
  await using elsewhere = new AccountsDirectory(
    two.engines[0],
    { domains: ['lab.example'], passwords: cheap },
    systemClock,
  );
  t.is(await elsewhere.lookup('anne@univ.example', call), undefined);
  t.is(await elsewhere.principal(anne.id, call), undefined);
  t.deepEqual(await elsewhere.search({ domain: 'univ.example', limit: 10 }, call), []);
  await t.throwsAsync(elsewhere.authenticate({ login: 'anne@univ.example', password: new Secret('x') }, call), {
    code: 'authentication-failed',
  });
  await t.throwsAsync(elsewhere.administration.remove(anne.id, call), { code: 'not-found' });
});

test('an imported hash is kept as argon2id with SCRAM keys after the first sign-in', async (t) => {
  await using two = await openTwo();
  const { directory, other, engines } = two;
  const importedHash = new Secret('{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=');
  const anne = await directory.administration.create(
    { kind: 'person', address: 'anne@univ.example', displayName: 'Anne', importedHash },
    call,
  );
  t.is(await directory.scramSecret('anne@univ.example', 'SHA-256', call), undefined);
  await directory.authenticate({ login: 'anne@univ.example', password: new Secret('secret') }, call);
  const row = await engines[1].read.get<{ hash: string }>`select hash from credential where principal_id = ${anne.id}`;
  t.regex(row?.hash ?? '', /^\$argon2id\$/);
  t.is((await other.scramSecret('anne@univ.example', 'SHA-256', call))?.iterations, 4096);
});

test('a password that was changed while its old form was renewed stays changed', async (t) => {
  await using two = await openTwo();
  const { directory, engines } = two;
  const anne = await directory.administration.create(
    { kind: 'person', address: 'anne@univ.example', displayName: 'Anne', password: new Secret('new') },
    call,
  );
  const before = await engines[0].read.get`select hash from credential where principal_id = ${anne.id}`;
  const renewal = { id: anne.id, password: { hash: 'other', scram: undefined }, sameAs: 'an older hash', nowMs: 0 };
  await engines[0].write('replacePassword', renewal, call);
  t.deepEqual(await engines[0].read.get`select hash from credential where principal_id = ${anne.id}`, before);
});

test('of 10,000 principals search finds the right ones in order, whether few or many have the word', async (t) => {
  await using two = await openTwo();
  const { directory, engines } = two;
  const first = ['Anne', 'Bruno', 'Chloé', 'David', 'Élodie', 'Farid', 'Gaëlle', 'Hugo', 'Inès', 'Jules'];
  const tasks: Promise<unknown>[] = [];
  for (let n = 0; n < 10_000; n += 1) {
    const facts = {
      kind: 'person' as const,
      domain: 'univ.example',
      address: `person${n}@univ.example`,
      aliases: [],
      displayName: `${first[n % 10]} Nom${String(n).padStart(5, '0')}`,
      quotaOctets: undefined,
      language: undefined,
      roles: [],
    };
    tasks.push(engines[0].write('createPrincipal', { id: `id${n}`, facts, password: undefined, nowMs: 0 }, call));
    if (tasks.length === 500) await Promise.all(tasks.splice(0));
  }
  await Promise.all(tasks);
  const names = async (text: string, limit = 5) =>
    (await directory.search({ domain: 'univ.example', text, limit }, call)).map((principal) => principal.displayName);
  t.deepEqual(await names('nom04321'), ['Bruno Nom04321']);
  t.deepEqual(await names('person432'), [
    'Anne Nom04320',
    'Bruno Nom04321',
    'Chloé Nom00432',
    'Chloé Nom04322',
    'David Nom04323',
  ]);
  t.deepEqual(await names('no'), ['Anne Nom00000', 'Anne Nom00010', 'Anne Nom00020', 'Anne Nom00030', 'Anne Nom00040']);
  t.deepEqual(await names('elo nom00'), [
    'Élodie Nom00004',
    'Élodie Nom00014',
    'Élodie Nom00024',
    'Élodie Nom00034',
    'Élodie Nom00044',
  ]);
  t.deepEqual(await names('zzz'), []);
  t.is((await names('', 20_000)).length, 10_000);
  const listed: string[] = [];
  for await (const { address } of directory.administration.list('univ.example', ['person'], call)) listed.push(address);
  t.is(new Set(listed).size, 10_000);
  t.deepEqual(listed, listed.toSorted());
});
