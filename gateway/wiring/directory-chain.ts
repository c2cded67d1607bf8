/** Several directories of one domain as one: the first that knows a name decides. */
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

/** @param directories at least one, in the order in which they are asked */
export function chainDirectories(directories: readonly [Directory, ...Directory[]]): Directory {
  return directories.length === 1 ? directories[0] : new DirectoryChain(directories);
}

class DirectoryChain implements Directory {
  readonly #directories: readonly [Directory, ...Directory[]];
  /** Where accounts are made: the first directory of the chain that keeps any itself. */
  readonly administration?: DirectoryAdministration;
  readonly version?: NonNullable<Directory['version']>;
  readonly scramSecret?: NonNullable<Directory['scramSecret']>;

  constructor(directories: readonly [Directory, ...Directory[]]) {
    this.#directories = directories;
    const administration = directories.find((directory) => directory.administration !== undefined)?.administration;
    if (administration !== undefined) this.administration = administration;
    // A version that is missing for some would keep their credentials in the cache for ever: all or none.
    if (directories.every((directory) => directory.version !== undefined)) {
      this.version = (principalId, call) => this.#versionOf(principalId, call);
    }
    if (directories.some((directory) => directory.scramSecret !== undefined)) {
      this.scramSecret = (login, hash, call) => this.#scramSecretOf(login, hash, call);
    }
  }

  async domains(call: Call): Promise<readonly string[]> {
    const lists = await Promise.all(this.#directories.map((directory) => directory.domains(call)));
    return [...new Set(lists.flat())];
  }

  /** A name that nobody knows is asked of the first directory all the same, so that it takes as long as one that exists. */
  async authenticate(credentials: PasswordCredentials, call: Call): Promise<Principal> {
    const knowing = await this.#knowing((directory) => directory.lookup(credentials.login, call));
    return (knowing ?? this.#directories[0]).authenticate(credentials, call);
  }

  lookup(address: string, call: Call): Promise<Principal | undefined> {
    return this.#first((directory) => directory.lookup(address, call));
  }

  principal(id: string, call: Call): Promise<Principal | undefined> {
    return this.#first((directory) => directory.principal(id, call));
  }

  async search(query: PrincipalQuery, call: Call): Promise<readonly Principal[]> {
    const lists = await Promise.all(this.#directories.map((directory) => directory.search(query, call)));
    const byAddress = new Map<string, Principal>();
    for (const principal of lists.flat())
      if (!byAddress.has(principal.address)) byAddress.set(principal.address, principal);
    const sorted = [...byAddress.values()].sort((a, b) => a.displayName.localeCompare(b.displayName));
    return sorted.slice(0, query.limit);
  }

  async members(groupId: string, call: Call): Promise<readonly Principal[]> {
    const knowing = await this.#knowing((directory) => directory.principal(groupId, call));
    if (knowing === undefined) throw new GatewayError('not-found', 'there is no such group');
    return knowing.members(groupId, call);
  }

  async #versionOf(principalId: string, call: Call): Promise<string | undefined> {
    return this.#first((directory) => directory.version?.(principalId, call) ?? Promise.resolve(undefined));
  }

  async #scramSecretOf(login: string, hash: ScramHash, call: Call): Promise<ScramSecret | undefined> {
    const knowing = await this.#knowing((directory) => directory.lookup(login, call));
    return (knowing ?? this.#directories[0]).scramSecret?.(login, hash, call);
  }

  async #knowing(ask: (directory: Directory) => Promise<Principal | undefined>): Promise<Directory | undefined> {
    for (const directory of this.#directories) if ((await ask(directory)) !== undefined) return directory;
    return undefined;
  }

  async #first<T>(ask: (directory: Directory) => Promise<T | undefined>): Promise<T | undefined> {
    for (const directory of this.#directories) {
      const answer = await ask(directory);
      if (answer !== undefined) return answer;
    }
    return undefined;
  }
}
