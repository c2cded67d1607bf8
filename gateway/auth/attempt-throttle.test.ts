import test from 'ava';
import { GatewayError } from '../ports/errors.ts';
import { signInFixture } from './testing/sign-in-fixture.ts';

test('wrong passwords for one account are limited, with the time to wait, and decay', async (t) => {
  const { signIn, outcome, clock } = signInFixture({ perAccount: { burst: 3, refillMs: 60_000 } });
  for (let n = 0; n < 3; n += 1)
    t.is(await outcome('anne', `w${n}`, { remoteAddress: `192.0.2.${n}` }), 'authentication-failed');
  const error = await t.throwsAsync(signIn('anne', 'right'), { instanceOf: GatewayError, code: 'limit-exceeded' });
  t.is(error?.detail.retryAfterSeconds, 60);
  clock.ms += 60_000;
  t.is(await outcome('anne', 'right'), 'ok');
});

test('names that do not exist are limited like those that do', async (t) => {
  const { outcome } = signInFixture({ perAccount: { burst: 2, refillMs: 60_000 } });
  for (const login of ['anne', 'nobody']) {
    t.is(await outcome(login, 'w1'), 'authentication-failed');
    t.is(await outcome(login, 'w2'), 'authentication-failed');
    t.is(await outcome(login, 'w3'), 'limit-exceeded');
  }
});

test('an account is one account under every spelling and alias of its name', async (t) => {
  const { outcome, directory, anne } = signInFixture({ perAccount: { burst: 2, refillMs: 60_000 } });
  directory.people.set('am@univ.example', anne);
  t.is(await outcome('anne', 'w1'), 'authentication-failed');
  t.is(await outcome('AM@univ.example', 'w2'), 'authentication-failed');
  t.is(await outcome('ANNE@univ.example', 'w3'), 'limit-exceeded');
});

test('right passwords count nothing', async (t) => {
  const { outcome } = signInFixture({ perAccount: { burst: 1, refillMs: 60_000 }, credentialLifeMs: 0 });
  for (let n = 0; n < 20; n += 1) t.is(await outcome('anne', 'right', { remoteAddress: `192.0.2.${n}` }), 'ok');
});

test('a directory that does not answer counts nothing', async (t) => {
  const { outcome, directory } = signInFixture({ perAccount: { burst: 1, refillMs: 60_000 } });
  directory.failure = new GatewayError('unavailable', 'the directory does not answer');
  for (let n = 0; n < 5; n += 1) t.is(await outcome('anne', 'right'), 'unavailable');
  directory.failure = undefined;
  t.is(await outcome('anne', 'right'), 'ok');
});

test('tries that are made at once cannot slip through together', async (t) => {
  const { outcome, directory } = signInFixture({ perAccount: { burst: 5, refillMs: 60_000 } });
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => outcome('anne', `w${n}`)));
  t.is(answers.filter((answer) => answer === 'authentication-failed').length, 5);
  t.is(directory.checks, 5);
});

test('10,000 wrong passwords from one network do not lock out who signed in from another', async (t) => {
  const { outcome, directory } = signInFixture();
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  for (let n = 0; n < 10_000; n += 1) await outcome('anne', `w${n}`, { remoteAddress: '192.0.2.66' });
  t.is(directory.checks, 11);
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  directory.people.get('anne@univ.example')!.version += 1;
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
});

test('10,000 wrong passwords from as many networks do not lock out who signed in from elsewhere', async (t) => {
  const { outcome, directory } = signInFixture();
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  for (let n = 0; n < 10_000; n += 1) await outcome('anne', `w${n}`, { remoteAddress: `10.0.${n >> 8}.${n & 255}` });
  t.is(directory.checks, 11);
  directory.people.get('anne@univ.example')!.version += 1;
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
});

test('wrong passwords of a neighbour do not lock out who signed in from the same network', async (t) => {
  const { outcome, directory } = signInFixture({ perNetwork: { burst: 20, refillMs: 5_000 } });
  directory.add('bob@univ.example', 'bobs');
  t.is(await outcome('anne', 'right'), 'ok');
  for (let n = 0; n < 10_000; n += 1) await outcome(`user${n}`, 'Summer2026');
  t.is(await outcome('bob', 'bobs'), 'limit-exceeded');
  directory.people.get('anne@univ.example')!.version += 1;
  t.is(await outcome('anne', 'right'), 'ok');
});

test('a connection that is signed in works on while its own network attacks its own account', async (t) => {
  const { outcome } = signInFixture();
  t.is(await outcome('anne', 'right', { id: 'mine' }), 'ok');
  for (let n = 0; n < 200; n += 1) await outcome('anne', `w${n}`);
  t.is(await outcome('anne', 'w'), 'limit-exceeded');
  t.is(await outcome('anne', 'right', { id: 'mine' }), 'ok');
});

test('the cache answers no guesses: who is limited learns nothing of a cached password', async (t) => {
  const { outcome } = signInFixture({ perAccount: { burst: 2, refillMs: 60_000 } });
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  for (let n = 0; n < 2; n += 1) await outcome('anne', `w${n}`, { id: 'attacker' });
  t.is(await outcome('anne', 'right', { id: 'attacker' }), 'limit-exceeded');
});

test('a signed-in connection that tries another password is trusted no longer', async (t) => {
  const { outcome } = signInFixture({ perKnownNetwork: { burst: 1, refillMs: 60_000 } });
  t.is(await outcome('anne', 'right', { id: 'shared' }), 'ok');
  t.is(await outcome('anne', 'w', { id: 'shared' }), 'authentication-failed');
  t.is(await outcome('anne', 'right', { id: 'shared' }), 'limit-exceeded');
});

test('a device that repeats one old password does not use up the tries of its account', async (t) => {
  const { outcome } = signInFixture({ perAccount: { burst: 2, refillMs: 60_000 } });
  for (let n = 0; n < 50; n += 1) t.is(await outcome('anne', 'old'), 'authentication-failed');
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
});

test('a known network is forgotten after its time', async (t) => {
  const { outcome, clock } = signInFixture({ knownNetworkLifeMs: 1000, perAccount: { burst: 1, refillMs: 3_600_000 } });
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  clock.ms += 1000;
  t.is(await outcome('anne', 'w'), 'authentication-failed');
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'limit-exceeded');
});
