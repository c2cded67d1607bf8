import test from 'ava';
import { GatewayError } from '../ports/errors.ts';
import { signInFixture } from './testing/sign-in-fixture.ts';

test('the right password gives the principal; a bare name is completed', async (t) => {
  const { signIn, anne } = signInFixture();
  t.is(await signIn('anne', 'right'), anne.principal);
  t.is(await signIn('Anne@UNIV.example', 'right'), anne.principal);
});

test('a wrong password, a name that does not exist and a closed account get the same answer', async (t) => {
  const { signIn, directory, anne } = signInFixture();
  directory.add('bob@univ.example', 'x').principal = { ...anne.principal, id: 'bob', state: 'disabled' };
  const answers = await Promise.all(
    [
      signIn('anne', 'wrong'),
      signIn('nobody', 'right'),
      signIn('bob', 'x'),
      signIn('anne', ''),
      signIn('a@b', 'x'),
    ].map((answer) => t.throwsAsync(answer, { instanceOf: GatewayError, code: 'authentication-failed' })),
  );
  t.is(new Set(answers.map((error) => `${error?.message} ${JSON.stringify(error?.detail)}`)).size, 1);
});

test('no password is looked at on a connection that is not encrypted', async (t) => {
  const { outcome, directory } = signInFixture();
  t.is(await outcome('anne', 'right', { secure: false }), 'encryption-required');
  t.is(directory.checks + directory.lookups, 0);
});

test('an empty password never reaches a directory', async (t) => {
  const { outcome, directory } = signInFixture();
  t.is(await outcome('anne', ''), 'authentication-failed');
  t.is(directory.checks, 0);
});

test('a giant login or password never reaches a directory', async (t) => {
  const { outcome, directory } = signInFixture();
  t.is(await outcome('a'.repeat(1000), 'x'), 'authentication-failed');
  t.is(await outcome('anne', 'x'.repeat(2000)), 'authentication-failed');
  t.is(directory.checks, 0);
});

test('a right password is checked once within its life, on one connection and on others', async (t) => {
  const { outcome, directory, clock } = signInFixture({ credentialLifeMs: 1000 });
  for (const id of ['a', 'a', 'b', 'a']) t.is(await outcome('anne', 'right', { id }), 'ok');
  t.is(directory.checks, 1);
  clock.ms += 999;
  t.is(await outcome('anne', 'right', { id: 'a' }), 'ok');
  t.is(directory.checks, 1);
  clock.ms += 1;
  t.is(await outcome('anne', 'right', { id: 'a' }), 'ok');
  t.is(directory.checks, 2);
});

test('a wrong password is not cached', async (t) => {
  const { outcome, directory, anne } = signInFixture();
  t.is(await outcome('anne', 'new'), 'authentication-failed');
  anne.password = 'new';
  t.is(await outcome('anne', 'new'), 'ok');
  t.is(directory.checks, 2);
});

test('a cached password is dropped at once when the version of the account changes', async (t) => {
  const { outcome, anne } = signInFixture();
  t.is(await outcome('anne', 'right', { id: 'a' }), 'ok');
  anne.password = 'new';
  anne.version += 1;
  t.is(await outcome('anne', 'right', { id: 'a' }), 'authentication-failed');
  t.is(await outcome('anne', 'right', { id: 'b' }), 'authentication-failed');
  t.is(await outcome('anne', 'new', { id: 'a' }), 'ok');
});

test('an account that is gone is gone from the cache', async (t) => {
  const { outcome, directory } = signInFixture();
  t.is(await outcome('anne', 'right', { id: 'a' }), 'ok');
  directory.people.delete('anne@univ.example');
  t.is(await outcome('anne', 'right', { id: 'a' }), 'authentication-failed');
});

test('a password that is changed while the old one is being checked is neither taken nor cached', async (t) => {
  const { outcome, directory, anne } = signInFixture();
  const gate = Promise.withResolvers<void>();
  directory.held = gate.promise;
  const early = outcome('anne', 'right');
  while (directory.checks === 0) await Promise.resolve();
  anne.password = 'new';
  anne.version += 1;
  const joined = outcome('anne', 'right');
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  gate.resolve();
  t.deepEqual([await early, await joined], ['authentication-failed', 'authentication-failed']);
  t.is(await outcome('anne', 'right'), 'authentication-failed');
  t.is(await outcome('anne', 'new'), 'ok');
});

test('a change that leaves the password as it is only costs another look', async (t) => {
  const { signIn, directory, anne } = signInFixture();
  const gate = Promise.withResolvers<void>();
  directory.held = gate.promise;
  const early = signIn('anne', 'right');
  while (directory.checks === 0) await Promise.resolve();
  anne.principal = { ...anne.principal, displayName: 'Anne' };
  anne.version += 1;
  gate.resolve();
  t.is((await early).displayName, 'Anne');
});

test('many identical checks at once are one', async (t) => {
  const { outcome, directory } = signInFixture({ perAccount: { burst: 1, refillMs: 60_000 } });
  const answers = await Promise.all(Array.from({ length: 50 }, () => outcome('anne', 'right')));
  t.deepEqual(new Set(answers), new Set(['ok']));
  t.is(directory.checks, 1);
});

test('who gives up does not stop the others', async (t) => {
  const { outcome, directory } = signInFixture();
  const gate = Promise.withResolvers<void>();
  directory.held = gate.promise;
  const leaving = new AbortController();
  const first = outcome('anne', 'right', {}, leaving.signal);
  const second = outcome('anne', 'right');
  while (directory.checks === 0) await Promise.resolve();
  leaving.abort(new GatewayError('unavailable', 'gone'));
  t.is(await first, 'unavailable');
  gate.resolve();
  t.is(await second, 'ok');
});

test('refusals come at multiples of the floor, successes at once', async (t) => {
  const { outcome, waits, clock, directory } = signInFixture({ refusalFloorMs: 400 });
  t.is(await outcome('anne', 'right'), 'ok');
  t.deepEqual(waits, []);
  await outcome('anne', 'wrong');
  await outcome('a@elsewhere.example', 'wrong');
  const slow = outcome('nobody', 'wrong');
  clock.ms += 550;
  await slow;
  t.deepEqual(waits, [400, 400, 250]);
  t.is(directory.checks, 3);
});

test('every outcome is one audit line, without anything that was typed', async (t) => {
  const { outcome, lines, directory } = signInFixture({ perAccount: { burst: 1, refillMs: 60_000 } });
  await outcome('anne', 'right');
  await outcome('anne', 'right');
  await outcome('anne', 'hunter2', { remoteAddress: '203.0.113.9' });
  await outcome('hunter2', 'right', { remoteAddress: '203.0.113.10' });
  await outcome('anne', 'hunter2x', { remoteAddress: '203.0.113.9' });
  await outcome('anne', 'hunter2', { secure: false });
  directory.failure = new GatewayError('unavailable', 'the directory does not answer');
  await outcome('hunter2@univ.example', 'right');
  directory.failure = new TypeError('a fault');
  await outcome('other', 'right');
  await outcome('anne', 'right', {}, AbortSignal.abort(new Error('gone')));
  t.deepEqual(
    lines.map(({ level, event, result, reason, principal, address, cached }) =>
      [level, event, result, reason, principal, address, cached].join(' '),
    ),
    [
      'info auth.sign-in ok  id-0 anne@univ.example false',
      'debug auth.sign-in ok  id-0 anne@univ.example true',
      'warn auth.sign-in refused authentication-failed id-0 anne@univ.example ',
      'warn auth.sign-in refused authentication-failed   ',
      'warn auth.sign-in limited limit-exceeded id-0 anne@univ.example ',
      'warn auth.sign-in refused encryption-required   ',
      'error auth.sign-in unavailable unavailable   ',
      'error auth.sign-in failed internal   ',
      'info auth.sign-in aborted  id-0 anne@univ.example ',
    ],
  );
  t.deepEqual(
    lines.map((line) => line.connection),
    lines.map((_, index) => `c${index + 1}`),
  );
  t.notRegex(JSON.stringify(lines), /hunter2|right/);
});
