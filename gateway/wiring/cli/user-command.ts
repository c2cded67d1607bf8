/** `passerelle user …`: accounts of people, rooms and resources. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { NewPrincipal, PrincipalChange, PrincipalKind, PrincipalState } from '../../ports/directory.ts';
import type { Secret } from '../../ports/secret.ts';
import { parseSize } from '../config/values.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import type { GlobalOptions } from './global-options.ts';
import { askNewPassword, readSecretLine } from './password.ts';
import { removeCommand } from './remove-principal.ts';
import type { RunContext } from './run-context.ts';
import { principalDetails, principalJson, principalTable } from './show-principal.ts';
import { print, printJson, tell } from './terminal.ts';
import { administrationOf, findPrincipal, parseAddress, withStores } from './with-stores.ts';

const accountKinds: readonly PrincipalKind[] = ['person', 'room', 'resource'];

interface PasswordOptions {
  readonly passwordStdin?: true;
  readonly importedHashStdin?: true;
  /** `--no-password` */
  readonly password?: false;
}

interface AddOptions extends GlobalOptions, PasswordOptions {
  readonly name?: string;
  readonly alias?: readonly string[];
  readonly quota?: number;
  readonly language?: string;
  readonly kind: PrincipalKind;
  readonly admin?: true;
  readonly json?: true;
}

export function userCommand(context: RunContext): Command {
  const command = new Command('user').description('accounts of people, rooms and resources');
  addCommand(command, context);
  listCommand(command, context);
  showCommand(command, context);
  changeCommand(command, context);
  passwdCommand(command, context);
  stateCommand(command, context, 'disable', 'disabled', 'close an account: its owner cannot sign in, nothing is lost');
  stateCommand(command, context, 'enable', 'active', 'open a closed account again');
  removeCommand(command, context, 'account', accountKinds);
  return command;
}

function addCommand(parent: Command, context: RunContext): void {
  parent
    .command('add')
    .description('make an account; asks for its password unless told where it comes from')
    .argument('<address>', 'like anne@univ.example; a bare name belongs to the first domain')
    .option('--name <text>', 'the name that others see (default: the part before the @)')
    .option('--alias <address...>', 'further addresses')
    .option('--quota <size>', 'like 10GB (default: that of the domain)', parseQuota)
    .option('--language <tag>', 'like fr or en-GB')
    .addOption(new Option('--kind <kind>', 'what it is the account of').choices(accountKinds).default('person'))
    .option('--admin', 'may administer the gateway')
    .addOption(new Option('--password-stdin', 'read the password from standard input').conflicts(['importedHashStdin']))
    .option('--imported-hash-stdin', 'read a hash from standard input: {SSHA}, {CRYPT} with SHA-512, bcrypt or argon2')
    .option('--no-password', 'none yet: nobody can sign in')
    .option('--json', 'print the account as JSON')
    .addHelpText(
      'after',
      `
Examples:
  passerelle user add anne@univ.example --name "Anne Martin" --quota 20GB
  pwgen 20 1 | passerelle user add anne@univ.example --password-stdin
  passerelle user add salle-101@univ.example --kind room --no-password`,
    )
    .action(async (typed: string, _options: AddOptions, self: Command) => {
      const options = self.optsWithGlobals<AddOptions>();
      const created = await withStores(options, context.terminal, async (stores, call) => {
        const { domain, address } = parseAddress(stores, typed);
        const administration = administrationOf(domain);
        // Before the password is asked for: nobody types one twice to learn that the name is taken.
        if ((await domain.directory.lookup(address, call)) !== undefined) {
          throw new CliError(exitCodes.alreadyExists, `${address} exists already`);
        }
        return administration.create(
          { ...newPrincipal(address, options), ...(await credentials(options, context)) },
          call,
        );
      });
      if (options.json === true) printJson(context.terminal, principalJson(created));
      else print(context.terminal, `${created.address} was made`);
    });
}

function newPrincipal(address: string, options: AddOptions): NewPrincipal {
  return {
    kind: options.kind,
    address,
    displayName: options.name ?? address.slice(0, address.lastIndexOf('@')),
    ...(options.alias === undefined ? {} : { aliases: options.alias }),
    ...(options.quota === undefined ? {} : { quotaOctets: options.quota }),
    ...(options.language === undefined ? {} : { language: options.language }),
    ...(options.admin === true ? { roles: ['administrator'] as const } : {}),
  };
}

async function credentials(
  options: AddOptions,
  { terminal }: RunContext,
): Promise<{ readonly password?: Secret; readonly importedHash?: Secret }> {
  if (options.passwordStdin === true) return { password: await readSecretLine(terminal, 'password') };
  if (options.importedHashStdin === true) return { importedHash: await readSecretLine(terminal, 'hash') };
  if (options.password === false || options.kind !== 'person') return {};
  return { password: await askNewPassword(terminal) };
}

function parseQuota(text: string): number {
  const octets = parseSize(text);
  if (octets === undefined) throw new InvalidArgumentError('give a size like 500MB, 10GB or 1TiB');
  return octets;
}

function listCommand(parent: Command, context: RunContext): void {
  parent
    .command('list')
    .description('all accounts of one domain, or of all of them')
    .argument('[domain]', 'a domain (default: all)')
    .option('--json', 'print a JSON array')
    .addHelpText('after', '\nExample:\n  passerelle user list univ.example')
    .action(async (domainName: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<GlobalOptions & { readonly json?: true }>();
      const found = await withStores(options, context.terminal, async (stores, call) => {
        const domains = domainName === undefined ? stores.domains.all : [parseAddress(stores, `@${domainName}`).domain];
        const lists = await Promise.all(
          domains.map((domain) =>
            Array.fromAsync(domain.directory.administration?.list(domain.name, accountKinds, call) ?? []),
          ),
        );
        return lists.flat();
      });
      if (options.json === true) printJson(context.terminal, found.map(principalJson));
      else if (found.length === 0) tell(context.terminal, 'There are no accounts yet: passerelle user add ADDRESS');
      else print(context.terminal, principalTable(found));
    });
}

function showCommand(parent: Command, context: RunContext): void {
  parent
    .command('show')
    .description('everything that is known of an account')
    .argument('<address>', 'address or alias')
    .option('--json', 'print JSON')
    .action(async (typed: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<GlobalOptions & { readonly json?: true }>();
      const { principal, groups } = await withStores(options, context.terminal, async (stores, call) => {
        const found = await findPrincipal(stores, typed, accountKinds, call);
        const all = await Promise.all(found.principal.groups.map((id) => found.domain.directory.principal(id, call)));
        return { principal: found.principal, groups: all.filter((group) => group !== undefined) };
      });
      if (options.json === true) printJson(context.terminal, principalJson(principal));
      else print(context.terminal, principalDetails(principal, groups));
    });
}

interface ChangeOptions extends GlobalOptions {
  readonly name?: string;
  /** true: none are given, so that none are left. */
  readonly alias?: readonly string[] | true;
  readonly quota?: number | 'default';
  readonly language?: string;
  readonly admin?: boolean;
}

function changeCommand(parent: Command, context: RunContext): void {
  parent
    .command('change')
    .description('change what is known of an account; what is not named stays as it is')
    .argument('<address>', 'address or alias')
    .option('--name <text>', 'the name that others see')
    .option('--alias [address...]', 'all further addresses; without any it has none')
    .option('--quota <size>', 'like 10GB, or default for that of the domain', parseQuotaOrDefault)
    .option('--language <tag>', 'like fr or en-GB')
    .option('--admin', 'may administer the gateway')
    .option('--no-admin', 'may not')
    .addHelpText('after', '\nExample:\n  passerelle user change anne@univ.example --quota 50GB')
    .action(async (typed: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<ChangeOptions>();
      const change = changeOf(options);
      if (Object.keys(change).length === 0) throw new CliError(exitCodes.usage, 'say what is to change: see --help');
      const address = await withStores(options, context.terminal, async (stores, call) => {
        const { domain, principal } = await findPrincipal(stores, typed, accountKinds, call);
        return (await administrationOf(domain).update(principal.id, change, call)).address;
      });
      print(context.terminal, `${address} was changed`);
    });
}

function changeOf({ name, alias, quota, language, admin }: ChangeOptions): PrincipalChange {
  return {
    ...(name === undefined ? {} : { displayName: name }),
    ...(alias === undefined ? {} : { aliases: Array.isArray(alias) ? alias : [] }),
    ...(quota === undefined ? {} : { quotaOctets: quota === 'default' ? null : quota }),
    ...(language === undefined ? {} : { language }),
    ...(admin === undefined ? {} : { roles: admin ? ['administrator'] : [] }),
  };
}

function parseQuotaOrDefault(text: string): number | 'default' {
  return text === 'default' ? text : parseQuota(text);
}

function passwdCommand(parent: Command, context: RunContext): void {
  parent
    .command('passwd')
    .description('give an account a new password; the old one ends at once')
    .argument('<address>', 'address or alias')
    .option('--password-stdin', 'read the password from standard input')
    .addHelpText('after', '\nExample:\n  passerelle user passwd anne@univ.example')
    .action(async (typed: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<GlobalOptions & { readonly passwordStdin?: true }>();
      const address = await withStores(options, context.terminal, async (stores, call) => {
        const { domain, principal } = await findPrincipal(stores, typed, accountKinds, call);
        const administration = administrationOf(domain);
        const { terminal } = context;
        const password =
          options.passwordStdin === true ? await readSecretLine(terminal, 'password') : await askNewPassword(terminal);
        await administration.setPassword(principal.id, password, call);
        return principal.address;
      });
      print(context.terminal, `${address} has a new password`);
    });
}

function stateCommand(
  parent: Command,
  context: RunContext,
  verb: string,
  state: PrincipalState,
  description: string,
): void {
  parent
    .command(verb)
    .description(description)
    .argument('<address>', 'address or alias')
    .action(async (typed: string, _options: unknown, self: Command) => {
      const address = await withStores(
        self.optsWithGlobals<GlobalOptions>(),
        context.terminal,
        async (stores, call) => {
          const { domain, principal } = await findPrincipal(stores, typed, accountKinds, call);
          await administrationOf(domain).update(principal.id, { state }, call);
          return principal.address;
        },
      );
      print(context.terminal, `${address} is ${state}`);
    });
}
