import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { exitCodes } from './exit-codes.ts';
import { runCommandLine } from './run.ts';

interface Run {
  readonly exitCode: number;
  readonly output: string;
  readonly errors: string;
}

class Sink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function folderFor(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-cli-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return folder;
}

/** Runs a command in a folder, as if typed there. */
async function run(folder: string, args: readonly string[], input = ''): Promise<Run> {
  const [output, errors] = [new Sink(), new Sink()];
  const exitCode = await runCommandLine(args, {
    input: Readable.from([Buffer.from(input)]),
    output,
    errors,
    environment: {},
    workingDirectory: folder,
    signal: new AbortController().signal,
  });
  return { exitCode, output: output.text, errors: errors.text };
}

test('user: an account is made, shown, changed and removed', async (t) => {
  const folder = await folderFor(t);
  const args = ['--name', 'Anne Martin', '--alias', 'am@localhost', '--quota', '10GB', '--language', 'fr', '--admin'];
  const added = await run(
    folder,
    ['user', 'add', 'Anne@LocalHost', ...args, '--password-stdin'],
    'correct horse battery\n',
  );
  t.deepEqual(added, { exitCode: 0, output: 'anne@localhost was made\n', errors: '' });

  const shown = await run(folder, ['user', 'show', 'am@localhost', '--json']);
  const account = JSON.parse(shown.output) as Record<string, unknown>;
  t.like(account, {
    address: 'anne@localhost',
    displayName: 'Anne Martin',
    state: 'active',
    quotaOctets: 10_000_000_000,
  });
  t.deepEqual([account['aliases'], account['roles'], account['language']], [['am@localhost'], ['administrator'], 'fr']);
  t.regex((await run(folder, ['user', 'show', 'anne'])).output, /^aliases +am@localhost$/m);
  t.regex(
    (await run(folder, ['user', 'list'])).output,
    /^anne@localhost +person +active +administrator +10GB +Anne Martin$/m,
  );

  t.is((await run(folder, ['user', 'disable', 'anne'])).output, 'anne@localhost is disabled\n');
  t.regex((await run(folder, ['user', 'show', 'anne'])).output, /^state +disabled$/m);
  t.is((await run(folder, ['user', 'enable', 'anne'])).output, 'anne@localhost is active\n');
  t.is((await run(folder, ['user', 'passwd', 'anne', '--password-stdin'], 'another good one')).exitCode, 0);
  t.is((await run(folder, ['user', 'change', 'anne'])).exitCode, exitCodes.usage);
  const change = ['user', 'change', 'anne', '--name', 'Anne M.', '--quota', 'default', '--no-admin', '--alias'];
  t.is((await run(folder, change)).output, 'anne@localhost was changed\n');
  const changed = JSON.parse((await run(folder, ['user', 'show', 'anne', '--json'])).output) as Record<string, unknown>;
  t.deepEqual([changed['displayName'], changed['aliases'], changed['roles']], ['Anne M.', [], []]);
  t.is((await run(folder, ['user', 'delete', 'anne'])).exitCode, exitCodes.usage);
  t.is((await run(folder, ['user', 'delete', 'anne', '--yes'])).output, 'anne@localhost was removed\n');
  t.is((await run(folder, ['user', 'show', 'anne'])).exitCode, exitCodes.notFound);
});

test('user: an imported hash is taken from standard input', async (t) => {
  const folder = await folderFor(t);
  const hash = '{SSHA}gVK8WC9YyFT1gMsQHTGCgT3sSv5zYWx0c2FsdA==';
  t.is((await run(folder, ['user', 'add', 'anne', '--imported-hash-stdin'], hash)).exitCode, 0);
  const wrong = await run(folder, ['user', 'add', 'bob', '--imported-hash-stdin'], 'plain text');
  t.is(wrong.exitCode, exitCodes.usage);
  t.false(wrong.errors.includes('plain text'));
});

test('group: members are put in and taken out, also through --json', async (t) => {
  const folder = await folderFor(t);
  for (const name of ['anne', 'bob']) await run(folder, ['user', 'add', name, '--no-password']);
  t.is((await run(folder, ['group', 'add', 'biology', '--name', 'Biology'])).exitCode, 0);
  t.is((await run(folder, ['group', 'add', 'staff'])).exitCode, 0);
  t.is(
    (await run(folder, ['group', 'add-member', 'biology', 'anne'])).output,
    'anne@localhost is a member of biology@localhost\n',
  );
  t.is((await run(folder, ['group', 'add-member', 'staff', 'biology'])).exitCode, 0);
  const members = JSON.parse((await run(folder, ['group', 'members', 'biology', '--json'])).output) as {
    address: string;
  }[];
  t.deepEqual(
    members.map(({ address }) => address),
    ['anne@localhost'],
  );
  t.regex(
    (await run(folder, ['user', 'show', 'anne'])).output,
    /^groups +(?:biology@localhost, staff@localhost|staff@localhost, biology@localhost)$/m,
  );
  t.is(
    (await run(folder, ['group', 'add-member', 'biology', 'staff'])).exitCode,
    exitCodes.failed,
    'a group would hold itself',
  );
  t.is((await run(folder, ['group', 'remove-member', 'biology', 'anne'])).exitCode, 0);
  t.is((await run(folder, ['group', 'members', 'biology'])).output, '');
  t.regex((await run(folder, ['group', 'list'])).output, /^staff@localhost/m);
  t.is((await run(folder, ['group', 'delete', 'staff', '--yes'])).exitCode, 0);
  t.is((await run(folder, ['group', 'members', 'staff'])).exitCode, exitCodes.notFound);
});

/** What is typed, standard input, the exit status, and what standard error says. */
const failures: readonly (readonly [
  rule: string,
  args: readonly string[],
  input: string,
  exitCode: number,
  errors: RegExp,
])[] = [
  ['a command that does not exist', ['usr'], '', exitCodes.usage, /unknown command 'usr'/],
  ['a word that resembles a command', ['user', 'ad'], '', exitCodes.usage, /Did you mean add\?/],
  ['an option that does not exist', ['user', 'list', '--jsn'], '', exitCodes.usage, /Did you mean --json\?/],
  ['an argument that is missing', ['user', 'add'], '', exitCodes.usage, /missing required argument 'address'/],
  ['a password as an argument', ['user', 'add', 'anne', 'hunter2'], '', exitCodes.usage, /too many arguments/],
  [
    'two sources of a password',
    ['user', 'add', 'anne', '--password-stdin', '--imported-hash-stdin'],
    'x',
    exitCodes.usage,
    /cannot be used with/,
  ],
  ['no terminal to ask for a password', ['user', 'add', 'anne'], '', exitCodes.usage, /give it with --password-stdin/],
  [
    'no password on standard input',
    ['user', 'add', 'anne', '--password-stdin'],
    '\n',
    exitCodes.usage,
    /there is no password on standard input/,
  ],
  [
    'two lines on standard input',
    ['user', 'add', 'anne', '--password-stdin'],
    'a\nb\n',
    exitCodes.usage,
    /alone, in one line/,
  ],
  ['a size that is none', ['user', 'add', 'anne', '--quota', 'big'], '', exitCodes.usage, /give a size like 500MB/],
  [
    'a kind that does not exist',
    ['user', 'add', 'anne', '--kind', 'robot'],
    '',
    exitCodes.usage,
    /Allowed choices are person, room, resource/,
  ],
  [
    'a domain of somebody else',
    ['user', 'add', 'a@b.example', '--no-password'],
    '',
    exitCodes.notFound,
    /"b.example" is not a domain of this gateway; there are: localhost/,
  ],
  [
    'an account that exists',
    ['user', 'add', 'kept', '--no-password'],
    '',
    exitCodes.alreadyExists,
    /kept@localhost exists already/,
  ],
  [
    'an account that does not',
    ['user', 'passwd', 'nobody', '--password-stdin'],
    'x',
    exitCodes.notFound,
    /there is no account nobody@localhost/,
  ],
  [
    'a group where an account is asked for',
    ['user', 'show', 'team'],
    '',
    exitCodes.notFound,
    /there is no account team@localhost: that is a group/,
  ],
  [
    'an account where a group is asked for',
    ['group', 'members', 'kept'],
    '',
    exitCodes.notFound,
    /there is no group kept@localhost: that is a person/,
  ],
  [
    'a configuration that is not there',
    ['user', 'list', '--config', 'none.yaml'],
    '',
    exitCodes.usage,
    /none.yaml there is no such file/,
  ],
  [
    'names for a start that has a configuration',
    ['serve', '--config', 'c.yaml', '--domain', 'a.example'],
    '',
    exitCodes.usage,
    /are for a start without --config/,
  ],
  ['a copy into the data folder', ['backup', 'data'], '', exitCodes.usage, /must not be written into the data folder/],
];

for (const [rule, args, input, exitCode, errors] of failures) {
  test(`command line: ${rule} ends with ${exitCode} and plain words`, async (t) => {
    const folder = await folderFor(t);
    await run(folder, ['user', 'add', 'kept', '--no-password']);
    await run(folder, ['group', 'add', 'team']);
    const ended = await run(folder, args, input);
    t.is(ended.exitCode, exitCode);
    t.regex(ended.errors, errors);
    t.false(/\n\s+at /.test(ended.errors), 'no stack trace');
    t.is(ended.output, '');
  });
}

test('command line: --debug shows where a failure came from', async (t) => {
  const ended = await run(await folderFor(t), ['user', 'show', 'nobody', '--debug']);
  t.regex(ended.errors, /\n\s+at /);
});

test('command line: every command has a help with the exit codes or the global options', async (t) => {
  const folder = await folderFor(t);
  for (const args of [
    [],
    ['serve'],
    ['config', 'check'],
    ['user'],
    ['user', 'add'],
    ['group', 'add-member'],
    ['backup'],
  ]) {
    const { exitCode, output } = await run(folder, [...args, '--help']);
    t.is(exitCode, 0);
    t.regex(output, /--config <file>/);
  }
  t.regex((await run(folder, ['--help'])).output, /Exit status:\n {2}0 {2}done/);
  t.deepEqual(await readdir(folder), [], 'help makes nothing');
});

test('config check: problems are listed, and as JSON for programs', async (t) => {
  const folder = await folderFor(t);
  const file = join(folder, 'c.yaml');
  await writeFile(file, 'server: { workers: 0 }\n');
  const plain = await run(folder, ['config', 'check', file]);
  t.deepEqual(plain, {
    exitCode: exitCodes.usage,
    output: `${file}:1:20 server.workers: must be a whole number from 1 to 256, is 0\n`,
    errors: '',
  });
  const json = JSON.parse((await run(folder, ['config', 'check', file, '--json'])).output) as unknown;
  const problem = {
    path: 'server.workers',
    line: 1,
    column: 20,
    message: 'must be a whole number from 1 to 256, is 0',
  };
  t.deepEqual(json, { ok: false, problems: [problem] });
  await writeFile(file, '');
  t.deepEqual(await run(folder, ['config', 'check', file]), {
    exitCode: 0,
    output: `${file}: no problems found\n`,
    errors: '',
  });
});

test('passwords: what is typed at a terminal is not shown, and must be typed twice', async (t) => {
  const folder = await folderFor(t);
  const raw: boolean[] = [];
  const [output, errors] = [new Sink(), new Sink()];
  const setRawMode = (on: boolean): void => {
    if (on) t.false(errors.text.endsWith(': '), 'an answer to a question that is there already would be shown');
    raw.push(on);
  };
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode });
  const ended = runCommandLine(['user', 'add', 'anne'], {
    input,
    output,
    errors,
    environment: {},
    workingDirectory: folder,
    signal: new AbortController().signal,
  });
  // What was typed differs at first; \u007f takes a letter back.
  const lines = ['correct horse', 'incorrect horse', 'correct horsf\u007fe', 'correct horse'];
  for (const [index, line] of lines.entries()) {
    while (raw.length < 2 * index + 1) await setTimeout(5);
    input.write(`${line}\r`);
  }
  t.is(await ended, 0);
  t.is(errors.text, 'New password: \nAgain: \nThey differ; try again.\nNew password: \nAgain: \n');
  t.deepEqual(raw, [true, false, true, false, true, false, true, false]);
});

test('passwords: a person who gives up while one is asked for ends the command, and nothing is made', async (t) => {
  const folder = await folderFor(t);
  const asked = Promise.withResolvers<void>();
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => asked.resolve() });
  const errors = new Sink();
  const interrupted = new AbortController();
  const surroundings = { input, output: new Sink(), errors, environment: {}, workingDirectory: folder };
  const ended = runCommandLine(['user', 'add', 'anne'], { ...surroundings, signal: interrupted.signal });
  await asked.promise;
  interrupted.abort();
  t.is(await ended, exitCodes.failed);
  t.regex(errors.text, /given up/);
  t.is((await run(folder, ['user', 'show', 'anne'])).exitCode, exitCodes.notFound);
});

test('backup: the copy is readable by the owner only, and a gateway runs on it', async (t) => {
  const folder = await folderFor(t);
  await run(folder, ['user', 'add', 'anne', '--no-password']);
  const first = JSON.parse((await run(folder, ['backup', 'copy', '--json'])).output) as unknown;
  t.deepEqual(first, { databases: ['passerelle.sqlite'], blobsCopied: 0, blobsKept: 0 });
  t.is((await stat(join(folder, 'copy'))).mode & 0o077, 0);
  t.regex((await run(folder, ['user', 'list', '--data', 'copy'])).output, /^anne@localhost/m);
  t.is((await readFile(join(folder, 'copy', 'passerelle.sqlite'))).subarray(0, 15).toString(), 'SQLite format 3');
});
