/** `passerelle group …`: groups, their members, and their folder. */
import { Command } from 'commander';
import type { PrincipalKind } from '../../ports/directory.ts';
import { ensureGroupFolder, refreshMounts } from '../../services/homes.ts';
import { CliError, exitCodes } from './exit-codes.ts';
import type { GlobalOptions } from './global-options.ts';
import { removeCommand } from './remove-principal.ts';
import type { RunContext } from './run-context.ts';
import { principalJson, principalTable } from './show-principal.ts';
import { print, printJson, tell } from './terminal.ts';
import { administrationOf, findPrincipal, parseAddress, withStores } from './with-stores.ts';

const groupKinds: readonly PrincipalKind[] = ['group'];
const memberKinds: readonly PrincipalKind[] = ['person', 'group', 'room', 'resource'];

interface JsonOptions extends GlobalOptions {
  readonly json?: true;
}

export function groupCommand(context: RunContext): Command {
  const command = new Command('group').description('groups, their members, and the folder that they share');
  addCommand(command, context);
  listCommand(command, context);
  membersCommand(command, context);
  membershipCommand(command, context, 'add-member', 'put somebody, or another group, into a group');
  membershipCommand(command, context, 'remove-member', 'take somebody, or another group, out of a group');
  removeCommand(command, context, 'group', groupKinds);
  return command;
}

function addCommand(parent: Command, context: RunContext): void {
  parent
    .command('add')
    .description('make a group, with a folder that its members find in their own')
    .argument('<address>', 'like biology@univ.example; a bare name belongs to the first domain')
    .option('--name <text>', 'the name that others see, and the one of the folder')
    .option('--alias <address...>', 'further addresses')
    .option('--no-folder', 'without a folder')
    .option('--json', 'print the group as JSON')
    .addHelpText('after', '\nExample:\n  passerelle group add biology@univ.example --name "Biology"')
    .action(async (typed: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<
        JsonOptions & { name?: string; alias?: readonly string[]; folder: boolean }
      >();
      const created = await withStores(options, context.terminal, async (stores, call) => {
        const { domain, address } = parseAddress(stores, typed);
        const displayName = options.name ?? address.slice(0, address.lastIndexOf('@'));
        const aliases = options.alias === undefined ? {} : { aliases: options.alias };
        const group = await administrationOf(domain).create({ kind: 'group', address, displayName, ...aliases }, call);
        if (options.folder) await ensureGroupFolder(domain, group, call);
        return group;
      });
      if (options.json === true) printJson(context.terminal, principalJson(created));
      else print(context.terminal, `${created.address} was made`);
    });
}

function listCommand(parent: Command, context: RunContext): void {
  parent
    .command('list')
    .description('all groups of one domain, or of all of them')
    .argument('[domain]', 'a domain (default: all)')
    .option('--json', 'print a JSON array')
    .action(async (domainName: string | undefined, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<JsonOptions>();
      const found = await withStores(options, context.terminal, async (stores, call) => {
        const domains = domainName === undefined ? stores.domains.all : [parseAddress(stores, `@${domainName}`).domain];
        const lists = await Promise.all(
          domains.map((domain) =>
            Array.fromAsync(domain.directory.administration?.list(domain.name, groupKinds, call) ?? []),
          ),
        );
        return lists.flat();
      });
      if (options.json === true) printJson(context.terminal, found.map(principalJson));
      else if (found.length === 0) tell(context.terminal, 'There are no groups yet: passerelle group add ADDRESS');
      else print(context.terminal, principalTable(found));
    });
}

function membersCommand(parent: Command, context: RunContext): void {
  parent
    .command('members')
    .description('the direct members of a group')
    .argument('<group>', 'address of the group')
    .option('--json', 'print a JSON array')
    .action(async (typed: string, _options: unknown, self: Command) => {
      const options = self.optsWithGlobals<JsonOptions>();
      const members = await withStores(options, context.terminal, async (stores, call) => {
        const { domain, principal } = await findPrincipal(stores, typed, groupKinds, call);
        return domain.directory.members(principal.id, call);
      });
      if (options.json === true) printJson(context.terminal, members.map(principalJson));
      else if (members.length === 0)
        tell(context.terminal, 'It has no members yet: passerelle group add-member GROUP MEMBER');
      else print(context.terminal, principalTable(members));
    });
}

function membershipCommand(
  parent: Command,
  context: RunContext,
  verb: 'add-member' | 'remove-member',
  description: string,
): void {
  parent
    .command(verb)
    .description(description)
    .argument('<group>', 'address of the group')
    .argument('<member>', 'address of the member, of the same domain')
    .addHelpText('after', `\nExample:\n  passerelle group ${verb} biology@univ.example anne@univ.example`)
    .action(async (groupTyped: string, memberTyped: string, _options: unknown, self: Command) => {
      const text = await withStores(self.optsWithGlobals<GlobalOptions>(), context.terminal, async (stores, call) => {
        const { domain, principal: group } = await findPrincipal(stores, groupTyped, groupKinds, call);
        const { domain: other, principal: member } = await findPrincipal(stores, memberTyped, memberKinds, call);
        if (other !== domain) throw new CliError(exitCodes.usage, 'a group has members of its own domain only');
        const administration = administrationOf(domain);
        await administration[verb === 'add-member' ? 'addMember' : 'removeMember'](group.id, member.id, call);
        // Groups are said of the member anew: what the group shares comes into the member's files, or leaves them.
        const now = await domain.directory.principal(member.id, call);
        if (now !== undefined) await refreshMounts(domain, now, call);
        return `${member.address} ${verb === 'add-member' ? 'is a member of' : 'is no member of'} ${group.address}`;
      });
      print(context.terminal, text);
    });
}
