import { randomBytes } from 'node:crypto';
import test from 'ava';
import type { ConnectionInfo } from '../ports/connection.ts';
import type { Directory, Principal } from '../ports/directory.ts';
import { GatewayError } from '../ports/errors.ts';
import type { Log, LogFields } from '../ports/log.ts';
import { Secret } from '../ports/secret.ts';
import { MemoryThrottleStore } from './memory-throttle.ts';
import { type AuthOptions } from './options.ts';
import { PasswordAuthenticator } from './password-authenticator.ts';

interface Person {
  principal: Principal;
  password: string;
  version: number;
}

/** A directory that counts what it is asked, and can be held in the middle of a check. */
class CountingDirectory implements Directory {
  readonly people = new Map<string, Person>();
  checks = 0;
  lookups = 0;
  held: Promise<void> = Promise.resolve();
  failure: Error | undefined;

  add(address: string, password: string): Person {
    const id = `id-${this.people.size}`;
    const principal: Principal = {
      id,
      kind: 'person',
      domain: 'univ.example',
      address,
      addresses: [address],
      displayName: address,
      state: 'active',
      roles: [],
      groups: [],
      quotaOctets: undefined,
      language: undefined,
    };
    const person = { principal, password, version: 1 };
    this.people.set(address, person);
    return person;
  }

  domains = () => Promise.resolve(['univ.example']);
  async authenticate(credentials: { login: string; password: Secret }): Promise<Principal> {
    this.checks += 1;
    const person = this.people.get(credentials.login.toLowerCase());
    const right = person?.password === credentials.password.reveal();
    await this.held;
    if (this.failure !== undefined) throw this.failure;
    if (person === undefined || !right)
      throw new GatewayError('authentication-failed', 'the name or the password is wrong');
    return person.principal;
  }
  lookup(address: string): Promise<Principal | undefined> {
    this.lookups += 1;
    return Promise.resolve(this.people.get(address.toLowerCase())?.principal);
  }
  principal = () => Promise.resolve(undefined);
  search = () => Promise.resolve([]);
  members = () => Promise.resolve([]);
  version = (id: string) =>
    Promise.resolve([...this.people.values()].find((person) => person.principal.id === id)?.version.toString());
}

interface Line extends LogFields {
  readonly level: string;
  readonly event: string;
}

function fixture(options: Partial<AuthOptions> = {}) {
  const clock = { ms: 1_000_000, nowMs: () => clock.ms };
  const directory = new CountingDirectory();
  const anne = directory.add('anne@univ.example', 'right');
  const lines: Line[] = [];
  const waits: number[] = [];
  const write = (level: string) => (event: string, fields?: LogFields) => void lines.push({ level, event, ...fields });
  const log: Log = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    child: () => log,
  };
  const authenticator = new PasswordAuthenticator({
    directories: {
      directoryFor: (login) => {
        const full = login.includes('@') ? login : `${login}@univ.example`;
        return full.toLowerCase().endsWith('@univ.example') ? { directory, login: full } : undefined;
      },
    },
    throttle: new MemoryThrottleStore(clock),
    clock,
    options: { refusalFloorMs: 0, ...options },
    random: randomBytes,
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  });
  let connections = 0;
  const signIn = (login: string, password: string, connection: Partial<ConnectionInfo> = {}, signal?: AbortSignal) => {
    connections += 1;
    const whole: ConnectionInfo = {
      id: `c${connections}`,
      remoteAddress: '192.0.2.1',
      remotePort: 1,
      secure: true,
      serverName: undefined,
      listener: 'https',
      ...connection,
    };
    return authenticator.password(
      { login, password: new Secret(password) },
      { protocol: 'http', connection: whole },
      { signal: signal ?? new AbortController().signal, log },
    );
  };
  const outcome = (...args: Parameters<typeof signIn>): Promise<string> =>
    signIn(...args).then(
      () => 'ok',
      (error: unknown) => (error instanceof GatewayError ? error.code : String(error)),
    );
  return { clock, directory, anne, lines, waits, signIn, outcome };
}

test('the right password gives the principal; a bare name is completed', async (t) => {
  const { signIn, anne } = fixture();
  t.is(await signIn('anne', 'right'), anne.principal);
  t.is(await signIn('Anne@UNIV.example', 'right'), anne.principal);
});

test('a wrong password, a name that does not exist and a closed account get the same answer', async (t) => {
  const { signIn, directory, anne } = fixture();
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
  const { outcome, directory } = fixture();
  t.is(await outcome('anne', 'right', { secure: false }), 'encryption-required');
  t.is(directory.checks + directory.lookups, 0);
});

test('an empty password never reaches a directory', async (t) => {
  const { outcome, directory } = fixture();
  t.is(await outcome('anne', ''), 'authentication-failed');
  t.is(directory.checks, 0);
});

test('a giant login or password never reaches a directory', async (t) => {
  const { outcome, directory } = fixture();
  t.is(await outcome('a'.repeat(1000), 'x'), 'authentication-failed');
  t.is(await outcome('anne', 'x'.repeat(2000)), 'authentication-failed');
  t.is(directory.checks, 0);
});

test('a right password is checked once within its life, on one connection and on others', async (t) => {
  const { outcome, directory, clock } = fixture({ credentialLifeMs: 1000 });
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
  const { outcome, directory, anne } = fixture();
  t.is(await outcome('anne', 'new'), 'authentication-failed');
  anne.password = 'new';
  t.is(await outcome('anne', 'new'), 'ok');
  t.is(directory.checks, 2);
});

test('a cached password is dropped at once when the version of the account changes', async (t) => {
  const { outcome, anne } = fixture();
  t.is(await outcome('anne', 'right', { id: 'a' }), 'ok');
  anne.password = 'new';
  anne.version += 1;
  t.is(await outcome('anne', 'right', { id: 'a' }), 'authentication-failed');
  t.is(await outcome('anne', 'right', { id: 'b' }), 'authentication-failed');
  t.is(await outcome('anne', 'new', { id: 'a' }), 'ok');
});

test('an account that is gone is gone from the cache', async (t) => {
  const { outcome, directory } = fixture();
  t.is(await outcome('anne', 'right', { id: 'a' }), 'ok');
  directory.people.delete('anne@univ.example');
  t.is(await outcome('anne', 'right', { id: 'a' }), 'authentication-failed');
});

test('a password that is changed while the old one is being checked is not cached', async (t) => {
  const { outcome, directory, anne } = fixture();
  const gate = Promise.withResolvers<void>();
  directory.held = gate.promise;
  const late = outcome('anne', 'right');
  while (directory.checks === 0) await Promise.resolve();
  anne.password = 'new';
  anne.version += 1;
  gate.resolve();
  t.is(await late, 'ok');
  t.is(await outcome('anne', 'right'), 'authentication-failed');
});

test('many identical checks at once are one', async (t) => {
  const { outcome, directory } = fixture({ perAccount: { burst: 1, refillMs: 60_000 } });
  const answers = await Promise.all(Array.from({ length: 50 }, () => outcome('anne', 'right')));
  t.deepEqual(new Set(answers), new Set(['ok']));
  t.is(directory.checks, 1);
});

test('who gives up does not stop the others', async (t) => {
  const { outcome, directory } = fixture();
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

test('wrong passwords for one account are limited, with the time to wait, and decay', async (t) => {
  const { signIn, outcome, clock } = fixture({ perAccount: { burst: 3, refillMs: 60_000 } });
  for (let n = 0; n < 3; n += 1)
    t.is(await outcome('anne', `w${n}`, { remoteAddress: `192.0.2.${n}` }), 'authentication-failed');
  const error = await t.throwsAsync(signIn('anne', 'right'), { instanceOf: GatewayError, code: 'limit-exceeded' });
  t.is(error?.detail.retryAfterSeconds, 60);
  clock.ms += 60_000;
  t.is(await outcome('anne', 'right'), 'ok');
});

test('names that do not exist are limited like those that do', async (t) => {
  const { outcome } = fixture({ perAccount: { burst: 2, refillMs: 60_000 } });
  for (const login of ['anne', 'nobody']) {
    t.is(await outcome(login, 'w1'), 'authentication-failed');
    t.is(await outcome(login, 'w2'), 'authentication-failed');
    t.is(await outcome(login, 'w3'), 'limit-exceeded');
  }
});

test('an account is one account under every spelling and alias of its name', async (t) => {
  const { outcome, directory, anne } = fixture({ perAccount: { burst: 2, refillMs: 60_000 } });
  directory.people.set('am@univ.example', anne);
  t.is(await outcome('anne', 'w1'), 'authentication-failed');
  t.is(await outcome('AM@univ.example', 'w2'), 'authentication-failed');
  t.is(await outcome('ANNE@univ.example', 'w3'), 'limit-exceeded');
});

test('right passwords count nothing', async (t) => {
  const { outcome } = fixture({ perAccount: { burst: 1, refillMs: 60_000 }, credentialLifeMs: 0 });
  for (let n = 0; n < 20; n += 1) t.is(await outcome('anne', 'right', { remoteAddress: `192.0.2.${n}` }), 'ok');
});

test('a directory that does not answer counts nothing', async (t) => {
  const { outcome, directory } = fixture({ perAccount: { burst: 1, refillMs: 60_000 } });
  directory.failure = new GatewayError('unavailable', 'the directory does not answer');
  for (let n = 0; n < 5; n += 1) t.is(await outcome('anne', 'right'), 'unavailable');
  directory.failure = undefined;
  t.is(await outcome('anne', 'right'), 'ok');
});

test('tries that are made at once cannot slip through together', async (t) => {
  const { outcome, directory } = fixture({ perAccount: { burst: 5, refillMs: 60_000 } });
  const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => outcome('anne', `w${n}`)));
  t.is(answers.filter((answer) => answer === 'authentication-failed').length, 5);
  t.is(directory.checks, 5);
});

test('10,000 wrong passwords from one network do not lock out who signed in from another', async (t) => {
  const { outcome, directory } = fixture();
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  for (let n = 0; n < 10_000; n += 1) await outcome('anne', `w${n}`, { remoteAddress: '192.0.2.66' });
  t.is(directory.checks, 11);
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  directory.people.get('anne@univ.example')!.version += 1;
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
});

test('10,000 wrong passwords from as many networks do not lock out who signed in from elsewhere', async (t) => {
  const { outcome, directory } = fixture();
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  for (let n = 0; n < 10_000; n += 1) await outcome('anne', `w${n}`, { remoteAddress: `10.0.${n >> 8}.${n & 255}` });
  t.is(directory.checks, 11);
  directory.people.get('anne@univ.example')!.version += 1;
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
});

test('wrong passwords of a neighbour do not lock out who signed in from the same network', async (t) => {
  const { outcome, directory } = fixture({ perNetwork: { burst: 20, refillMs: 5_000 } });
  directory.add('bob@univ.example', 'bobs');
  t.is(await outcome('anne', 'right'), 'ok');
  for (let n = 0; n < 10_000; n += 1) await outcome(`user${n}`, 'Summer2026');
  t.is(await outcome('bob', 'bobs'), 'limit-exceeded');
  directory.people.get('anne@univ.example')!.version += 1;
  t.is(await outcome('anne', 'right'), 'ok');
});

test('a connection that is signed in works on while its own network attacks its own account', async (t) => {
  const { outcome } = fixture();
  t.is(await outcome('anne', 'right', { id: 'mine' }), 'ok');
  for (let n = 0; n < 200; n += 1) await outcome('anne', `w${n}`);
  t.is(await outcome('anne', 'w'), 'limit-exceeded');
  t.is(await outcome('anne', 'right', { id: 'mine' }), 'ok');
});

test('the cache answers no guesses: who is limited learns nothing of a cached password', async (t) => {
  const { outcome } = fixture({ perAccount: { burst: 2, refillMs: 60_000 } });
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  for (let n = 0; n < 2; n += 1) await outcome('anne', `w${n}`, { id: 'attacker' });
  t.is(await outcome('anne', 'right', { id: 'attacker' }), 'limit-exceeded');
});

test('a signed-in connection that tries another password is trusted no longer', async (t) => {
  const { outcome } = fixture({ perKnownNetwork: { burst: 1, refillMs: 60_000 } });
  t.is(await outcome('anne', 'right', { id: 'shared' }), 'ok');
  t.is(await outcome('anne', 'w', { id: 'shared' }), 'authentication-failed');
  t.is(await outcome('anne', 'right', { id: 'shared' }), 'limit-exceeded');
});

test('a device that repeats one old password does not use up the tries of its account', async (t) => {
  const { outcome } = fixture({ perAccount: { burst: 2, refillMs: 60_000 } });
  for (let n = 0; n < 50; n += 1) t.is(await outcome('anne', 'old'), 'authentication-failed');
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
});

test('a known network is forgotten after its time', async (t) => {
  const { outcome, clock } = fixture({ knownNetworkLifeMs: 1000, perAccount: { burst: 1, refillMs: 3_600_000 } });
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'ok');
  clock.ms += 1000;
  t.is(await outcome('anne', 'w'), 'authentication-failed');
  t.is(await outcome('anne', 'right', { remoteAddress: '198.51.100.1' }), 'limit-exceeded');
});

test('refusals come at multiples of the floor, successes at once', async (t) => {
  const { outcome, waits, clock, directory } = fixture({ refusalFloorMs: 400 });
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
  const { outcome, lines, directory } = fixture({ perAccount: { burst: 1, refillMs: 60_000 } });
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
