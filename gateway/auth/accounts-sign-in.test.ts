import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { AccountsDirectory } from '../../adapters/accounts/accounts-directory.ts';
import { openSqliteEngine } from '../../adapters/sqlite/engine.ts';
import { systemClock } from '../ports/clock.ts';
import { GatewayError } from '../ports/errors.ts';
import { silentLog } from '../ports/log.ts';
import { Secret } from '../ports/secret.ts';
import { MemoryThrottleStore } from './memory-throttle.ts';
import { PasswordAuthenticator } from './password-authenticator.ts';

const call = { signal: new AbortController().signal, log: silentLog };
const cheap = { argon2: { memoryKiB: 8, passes: 1, parallelism: 1 }, scramIterations: 4096 };

/** A gateway that people sign in to, and another process on the same store where an administrator works. */
async function open() {
  const folder = await mkdtemp(join(tmpdir(), 'sign-in-'));
  const options = { path: join(folder, 'store.sqlite') };
  const engines = [await openSqliteEngine(options, silentLog), await openSqliteEngine(options, silentLog)] as const;
  const accounts = { domains: ['univ.example'], passwords: cheap };
  const directory = new AccountsDirectory(engines[0], accounts, systemClock);
  const elsewhere = new AccountsDirectory(engines[1], accounts, systemClock);
  const authenticator = new PasswordAuthenticator({
    directories: { directoryFor: (login) => ({ directory, login }) },
    throttle: new MemoryThrottleStore(systemClock),
    clock: systemClock,
    options: { refusalFloorMs: 0 },
  });
  const connection = {
    id: 'c1',
    remoteAddress: '192.0.2.1',
    remotePort: 1,
    secure: true,
    serverName: undefined,
    listener: 'https',
  };
  const outcome = async (login: string, password: string): Promise<string> => {
    try {
      const credentials = { login, password: new Secret(password) };
      const { groups } = await authenticator.password(credentials, { protocol: 'http', connection }, call);
      return `ok ${groups.length}`;
    } catch (error) {
      if (error instanceof GatewayError) return error.code;
      throw error;
    }
  };
  return {
    admin: elsewhere.administration,
    outcome,
    [Symbol.asyncDispose]: async () => {
      for (const each of [directory, elsewhere, ...engines]) await each[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

const person = (address: string, password: string) =>
  ({ kind: 'person', address, displayName: address, password: new Secret(password) }) as const;

test('a password that is changed in another process is changed here at once, cached or not', async (t) => {
  await using gateway = await open();
  const { admin, outcome } = gateway;
  const anne = await admin.create(person('anne@univ.example', 'old'), call);
  t.is(await outcome('anne@univ.example', 'old'), 'ok 0');
  t.is(await outcome('anne@univ.example', 'old'), 'ok 0');
  await admin.setPassword(anne.id, new Secret('new'), call);
  t.is(await outcome('anne@univ.example', 'old'), 'authentication-failed');
  t.is(await outcome('anne@univ.example', 'new'), 'ok 0');
});

test('an account that is closed or removed in another process is out at once', async (t) => {
  await using gateway = await open();
  const { admin, outcome } = gateway;
  const anne = await admin.create(person('anne@univ.example', 'right'), call);
  for (const state of ['disabled', 'locked'] as const) {
    t.is(await outcome('anne@univ.example', 'right'), 'ok 0');
    await admin.update(anne.id, { state }, call);
    t.is(await outcome('anne@univ.example', 'right'), 'authentication-failed');
    await admin.update(anne.id, { state: 'active' }, call);
  }
  t.is(await outcome('anne@univ.example', 'right'), 'ok 0');
  await admin.remove(anne.id, call);
  t.is(await outcome('anne@univ.example', 'right'), 'authentication-failed');
});

test('a membership that is made in another process, even far above, is known at the next request', async (t) => {
  await using gateway = await open();
  const { admin, outcome } = gateway;
  const group = (address: string) => admin.create({ kind: 'group', address, displayName: address }, call);
  const anne = await admin.create(person('anne@univ.example', 'right'), call);
  const [inner, outer] = [await group('inner@univ.example'), await group('outer@univ.example')];
  t.is(await outcome('anne@univ.example', 'right'), 'ok 0');
  await admin.addMember(inner.id, anne.id, call);
  t.is(await outcome('anne@univ.example', 'right'), 'ok 1');
  await admin.addMember(outer.id, inner.id, call);
  t.is(await outcome('anne@univ.example', 'right'), 'ok 2');
  await admin.remove(outer.id, call);
  t.is(await outcome('anne@univ.example', 'right'), 'ok 1');
});
