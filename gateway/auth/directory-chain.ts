/**
 * Several directories of one domain as one. The first that knows a name decides on it; one that does not answer makes the
 * chain `unavailable`, because what it would have said is not known: a later directory must not let somebody in whom an
 * earlier one would have refused.
 */
import type { Call } from '../ports/call.ts';
import type {
  Directory,
  DirectoryAdministration,
  PasswordCredentials,
  Principal,
  PrincipalQuery,
  ScramHash,
  ScramSecret,
} from '../ports/directory.ts';
import { GatewayError } from '../ports/errors.ts';

/**
 * @param directories at least one, in the order in which they are asked; a single one is given back as it is
 * @returns with `administration` of the first that has one, `scramSecret` if any has it, `version` if any has it
 */
export function chainDirectories(directories: readonly Directory[]): Directory {
  const [first, ...others] = directories;
  if (first === undefined) throw new RangeError('a chain has at least one directory');
  if (others.length === 0) return first;
  const chain = new DirectoryChain([first, ...others]);
  const administration = directories.find((directory) => directory.administration !== undefined)?.administration;
  const hasScram = directories.some((directory) => directory.scramSecret !== undefined);
  const hasVersion = directories.some((directory) => directory.version !== undefined);
  return Object.assign<Directory, OptionalMembers>(chain, {
    ...(administration === undefined ? {} : { administration }),
    ...(hasScram ? { scramSecret: (login, hash, call) => chain.findScramSecret(login, hash, call) } : {}),
    ...(hasVersion ? { version: (id, call) => chain.findVersion(id, call) } : {}),
  });
}

interface OptionalMembers {
  readonly administration?: DirectoryAdministration;
  readonly scramSecret?: (login: string, hash: ScramHash, call: Call) => Promise<ScramSecret | undefined>;
  readonly version?: (principalId: string, call: Call) => Promise<string | undefined>;
}

class DirectoryChain implements Directory {
  readonly #directories: readonly [Directory, ...Directory[]];

  constructor(directories: readonly [Directory, ...Directory[]]) {
    this.#directories = directories;
  }

  async domains(call: Call): Promise<readonly string[]> {
    const lists = await Promise.all(this.#directories.map((directory) => directory.domains(call)));
    return [...new Set(lists.flat())];
  }

  /** A name that nobody knows is checked by the first directory, so that it takes the time of a check. */
  async authenticate(credentials: PasswordCredentials, call: Call): Promise<Principal> {
    const knowing = await this.#knowing(credentials.login, call);
    return (knowing ?? this.#directories[0]).authenticate(credentials, call);
  }

  lookup(address: string, call: Call): Promise<Principal | undefined> {
    return this.#first((directory) => directory.lookup(address, call));
  }

  principal(id: string, call: Call): Promise<Principal | undefined> {
    return this.#first((directory) => directory.principal(id, call));
  }

  /** What an earlier directory has under an address hides what a later one has under it. */
  async search(query: PrincipalQuery, call: Call): Promise<readonly Principal[]> {
    const answers = await Promise.all(this.#directories.map((directory) => directory.search(query, call)));
    const seen = new Set<string>();
    const found = answers.flat().filter(({ address }) => !seen.has(address) && seen.add(address));
    const byName = new Intl.Collator('en', { sensitivity: 'base' });
    return found.sort((a, b) => byName.compare(a.displayName, b.displayName)).slice(0, query.limit);
  }

  async members(groupId: string, call: Call): Promise<readonly Principal[]> {
    for (const directory of this.#directories) {
      if ((await directory.principal(groupId, call)) !== undefined) return directory.members(groupId, call);
    }
    throw new GatewayError('not-found', 'there is no such group');
  }

  /** The keys of the directory that decides on the name, even when it has none. */
  async findScramSecret(login: string, hash: ScramHash, call: Call): Promise<ScramSecret | undefined> {
    return (await this.#knowing(login, call))?.scramSecret?.(login, hash, call);
  }

  /**
   * The version in the directory that has the principal. Where that one has no versions, a text that never changes: what is
   * cached of its people lives by its time, and that of the others does not lose by it.
   */
  async findVersion(principalId: string, call: Call): Promise<string | undefined> {
    for (const [index, directory] of this.#directories.entries()) {
      const version = await directory.version?.(principalId, call);
      if (version !== undefined) return `${index}:${version}`;
    }
    return this.#directories.every((directory) => directory.version !== undefined) ? undefined : 'unversioned';
  }

  #knowing(login: string, call: Call): Promise<Directory | undefined> {
    return this.#first(async (directory) =>
      (await directory.lookup(login, call)) === undefined ? undefined : directory,
    );
  }

  async #first<T>(ask: (directory: Directory) => Promise<T | undefined>): Promise<T | undefined> {
    for (const directory of this.#directories) {
      const answer = await ask(directory);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}
