/** What the rules of the port `Directory` start from. */
import type { ExecutionContext } from 'ava';
import type { Directory, DirectoryAdministration, NewPrincipal, Principal } from '../../gateway/ports/directory.ts';
import { GatewayError, type ErrorCode } from '../../gateway/ports/errors.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { Secret } from '../../gateway/ports/secret.ts';

/** An empty directory of the domains `univ.example` and `lab.example`. */
export interface OpenedDirectory extends AsyncDisposable {
  readonly directory: Directory;
  /** A second one on the same store, as another process has it; undefined where there cannot be one. */
  readonly other?: Directory;
}

export const call = { signal: new AbortController().signal, log: silentLog };
export const everyKind = ['person', 'group', 'room', 'resource'] as const;

export interface DirectoryFixture extends AsyncDisposable {
  readonly directory: Directory;
  readonly other: Directory;
  readonly admin: DirectoryAdministration;
  readonly person: (address: string, more?: Partial<NewPrincipal>) => Promise<Principal>;
  readonly group: (address: string, ...members: readonly Principal[]) => Promise<Principal>;
  readonly signIn: (login: string, password: string) => Promise<Principal>;
  readonly again: (principal: Principal) => Promise<Principal>;
}

export async function fixtureOf(open: () => Promise<OpenedDirectory>): Promise<DirectoryFixture> {
  const opened = await open();
  const { directory, other = directory } = opened;
  const admin = directory.administration;
  if (admin === undefined) throw new Error('this suite is for directories that keep accounts');
  return {
    directory,
    other,
    admin,
    person: (address, more) => admin.create({ kind: 'person', address, displayName: address, ...more }, call),
    group: async (address, ...members) => {
      const group = await admin.create({ kind: 'group', address, displayName: address }, call);
      for (const member of members) await admin.addMember(group.id, member.id, call);
      return group;
    },
    signIn: (login, password) => directory.authenticate({ login, password: new Secret(password) }, call),
    again: async (principal) => {
      const found = await directory.principal(principal.id, call);
      if (found === undefined) throw new Error(`${principal.address} is gone`);
      return found;
    },
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

/** The code of the GatewayError that a promise fails with; `none` when it does not fail. */
export async function failure(promise: Promise<unknown>): Promise<ErrorCode | 'none'> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
}

export async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Registers one rule as a test on a directory of its own. */
export type DirectoryRule = (title: string, body: (t: ExecutionContext, f: DirectoryFixture) => Promise<void>) => void;
