import test from 'ava';
import { readFile, writeFile } from 'node:fs/promises';
import { startApache } from '../support/apache.ts';
import { startGateway } from '../support/gateway.ts';
import { partTest, programPath } from '../support/parts.ts';
import { runProcess } from '../support/process.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { openTlsTunnel } from '../support/tls-tunnel.ts';

interface CadaverTarget {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

interface CadaverSession {
  readonly output: string;
  /** What `get` brought back. */
  readonly down: string;
}

const script = [
  'mkcol "a box"',
  'cd "a box"',
  'put up.txt',
  'ls',
  'copy up.txt second.txt',
  'move second.txt "third é.txt"',
  'lock up.txt',
  'discover up.txt',
  'put up.txt',
  'unlock up.txt',
  'propset up.txt colour blue',
  'propget up.txt colour',
  'get "third é.txt" down.txt',
  'delete "third é.txt"',
  'cd ..',
  'rmcol "a box"',
  'ls',
  'quit',
];

/** @param target plain HTTP: cadaver asks a person about a certificate it does not know, and takes no answer from a script */
async function runScript(target: CadaverTarget): Promise<CadaverSession> {
  await using folder = await createTemporaryFolder();
  const credentials = `machine 127.0.0.1 login ${target.user} password "${target.password}"\n`;
  await writeFile(folder.file('.netrc'), credentials, { mode: 0o600 });
  await writeFile(folder.file('up.txt'), 'what cadaver carries');
  const run = await runProcess({
    command: programPath('cadaver'),
    args: [target.url],
    env: { HOME: folder.path, LC_ALL: 'C.UTF-8' },
    cwd: folder.path,
    input: `${script.join('\n')}\n`,
    timeoutMs: 60_000,
  });
  return { output: run.output, down: await readFile(folder.file('down.txt'), 'utf8').catch(() => '') };
}

/** Words that cadaver says about each command that went through, in the order of the script. */
const expected: readonly RegExp[] = [
  /Creating `a box': succeeded/,
  /Uploading up\.txt to `[^']*up\.txt': .*succeeded/,
  /up\.txt\s+20\s/,
  /Copying `[^']*up\.txt' to `[^']*second\.txt': +succeeded/,
  /Moving `[^']*second\.txt' to `[^']*third[^']*': +succeeded/,
  /Locking `up\.txt': succeeded/,
  /Lock token <urn:uuid:|opaquelocktoken:/,
  /Unlocking `up\.txt': succeeded/,
  /Setting property on `up\.txt': succeeded/,
  /Value of colour is: blue/,
  /Downloading `[^']*third[^']*' to down\.txt: .*succeeded/,
  /Deleting `third é\.txt': succeeded/,
  /Deleting collection `a box': succeeded/,
  /Listing collection `[^']*': collection is empty/,
];

partTest(test, ['cadaver'], 'cadaver: a session of its commands is carried out to the last', async (t) => {
  await using gateway = await startGateway();
  const { address, password } = gateway.user;
  await using tunnel = await openTlsTunnel(gateway); // takes TLS off for the client; the gateway sees HTTPS
  const url = `http://127.0.0.1:${tunnel.port}${new URL(gateway.davUrl()).pathname}`;
  const session = await runScript({ url, user: address, password });
  for (const words of expected) t.regex(session.output, words);
  t.is(session.down, 'what cadaver carries');
});

partTest(test, ['cadaver', 'apache2'], 'cadaver: the same session goes through on mod_dav', async (t) => {
  await using apache = await startApache({ tls: false }); // it takes no Destination with another scheme than its own
  const session = await runScript(apache);
  for (const words of expected) t.regex(session.output, words);
  t.is(session.down, 'what cadaver carries');
});
