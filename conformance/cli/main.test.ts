import test from 'ava';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { parseXml } from '../dav/xml.ts';
import { profiles } from '../profiles.ts';
import { RestartingPeer } from '../proof/restarting-peer.ts';
import { exitStatus, main } from './main.ts';
import { parseCommandLine, UsageError } from './options.ts';

async function command(args: readonly string[], input = '', environment: Record<string, string> = {}) {
  const printed: string[] = [];
  const errors: string[] = [];
  const status = await main(args, {
    environment,
    stdin: Readable.from([input]),
    print: (text) => printed.push(text),
    printError: (text) => errors.push(text),
    nowMs: () => Date.now(),
  });
  return { status, printed: printed.join(''), errors: errors.join('') };
}

for (const [what, args] of [
  ['no target', []],
  ['a target that is no URL', ['--target', 'dav.example']],
  ['a password in the URL', ['--target', 'https://ada:secret@dav.example/']],
  ['an option that does not exist', ['--target', 'https://dav.example/', '--frobnicate']],
  ['an unknown profile', ['--target', 'https://dav.example/', '--profile', 'gopher']],
  ['an unknown level', ['--target', 'https://dav.example/', '--level', 'perhaps']],
  ['a number that is none', ['--target', 'https://dav.example/', '--parallel', '0']],
  ['a pattern that matches nothing', ['--target', 'https://dav.example/', '--only', 'no-such-case']],
  ['a pattern that is none', ['--target', 'https://dav.example/', '--only', '(']],
  ['a user without a password', ['--target', 'https://dav.example/', '--user', 'ada']],
  ['two sources of the password', ['--target', 'https://dav.example/', '--password-stdin', '--password-file', 'x']],
  ['a file that is not there', ['--target', 'https://dav.example/', '--expected', '/nonexistent/expected.yaml']],
] as const) {
  test(`conformance command: ${what} is wrong usage`, async (t) => {
    const { status, errors } = await command(args);
    t.is(status, exitStatus.usage);
    t.not(errors, '');
    t.false(errors.includes('secret'));
  });
}

test('conformance command: a server that is not there ends with its own status', async (t) => {
  const { status, errors } = await command(['--target', 'http://127.0.0.1:9/', '--only', 'depth-0']);
  t.is(status, exitStatus.unreachable);
  t.regex(errors, /no connection/);
});

test('conformance command: --help and --list need no target', async (t) => {
  const help = await command(['--help']);
  t.is(help.status, exitStatus.good);
  t.true(help.printed.includes('--password-stdin'));
  const list = await command(['--list', '--level', 'must']);
  t.is(
    list.printed.trim().split('\n').length,
    (profiles.get('webdav') ?? []).filter((one) => one.level === 'MUST').length,
  );
});

test('conformance command: levels include the stricter ones', (t) => {
  t.deepEqual(parseCommandLine(['--list', '--level', 'SHOULD']).levels, ['MUST', 'SHOULD']);
  t.throws(() => parseCommandLine(['positional']), { instanceOf: UsageError });
});

test('conformance command: it runs, writes every report, and its status says how it went', async (t) => {
  await using peer = await RestartingPeer.start();
  const folder = await mkdtemp(join(tmpdir(), 'conformance-command-'));
  const file = (name: string): string => join(folder, name);
  try {
    const target = [
      '--target',
      peer.url.href,
      '--user',
      peer.user,
      '--only',
      'rfc4918-9\\.3-creates|rfc4918-9\\.3-unknown',
    ];
    const reports = ['--json', file('r.json'), '--junit', file('r.xml'), '--html', file('r.html')];
    const bad = await command([...target, ...reports, '--password-stdin'], `${peer.password}\n`);
    t.is(bad.status, exitStatus.failures);
    t.true(bad.printed.includes('FAIL [MUST] rfc4918-9.3-unknown-body'));
    const json = JSON.parse(await readFile(file('r.json'), 'utf8')) as { cases: { id: string; outcome: string }[] };
    t.deepEqual(
      json.cases.map((one) => one.outcome),
      ['pass', 'fail'],
    );
    t.is(typeof parseXml(await readFile(file('r.xml'))), 'object');
    t.true((await readFile(file('r.html'), 'utf8')).startsWith('<!doctype html>'));
    for (const name of ['r.json', 'r.xml', 'r.html']) {
      t.false((await readFile(file(name), 'utf8')).includes(peer.password), `${name} holds the password`);
    }
    await writeFile(file('expected.yaml'), '- { id: rfc4918-9.3-unknown-body, verdict: fails, why: known }\n');
    const environment = { PASSERELLE_CONFORMANCE_PASSWORD: peer.password };
    t.is((await command([...target, '--expected', file('expected.yaml')], '', environment)).status, exitStatus.good);
    await writeFile(file('password'), 'wrong');
    t.is((await command([...target, '--password-file', file('password')])).status, exitStatus.unreachable);
  } finally {
    await rm(folder, { recursive: true });
  }
});
