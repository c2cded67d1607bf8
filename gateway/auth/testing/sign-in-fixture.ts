/** What the tests of signing in start from. */
import { randomBytes } from 'node:crypto';
import type { ConnectionInfo } from '../../ports/connection.ts';
import type { Directory, Principal } from '../../ports/directory.ts';
import { GatewayError } from '../../ports/errors.ts';
import type { Log, LogFields } from '../../ports/log.ts';
import { Secret } from '../../ports/secret.ts';
import { MemoryThrottleStore } from '../memory-throttle.ts';
import type { AuthOptions } from '../options.ts';
import { PasswordAuthenticator } from '../password-authenticator.ts';

interface Person {
  principal: Principal;
  password: string;
  version: number;
}

/** A directory that counts what it is asked, and can be held in the middle of a check. */
export class CountingDirectory implements Directory {
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

/** An authenticator on one directory with the person anne (`right`), a clock that stands, and all that it logs and waits. */
export function signInFixture(options: Partial<AuthOptions> = {}) {
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
