import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import test from 'ava';
import { configFrom, loadConfig, parseConfig } from './load.ts';
import { ConfigError, formatProblems } from './problems.ts';
import { resolveSecret } from './secret-reference.ts';

/** YAML, and every problem that it has, in order: `LINE:COLUMN PATH: MESSAGE`. */
const wrong: readonly (readonly [rule: string, yaml: string, problems: readonly string[]])[] = [
  [
    'an unknown key is shown where it is written, with the one that was meant',
    'server:\n  hostnam: a.example\n',
    ['2:3 server.hostnam: unknown key "hostnam"; did you mean "hostname"?'],
  ],
  [
    'an unknown key that resembles none is answered with all that are known',
    'logging: { colour: true }',
    ['1:12 logging.colour: unknown key "colour"; known here: level'],
  ],
  [
    'two unknown keys are two problems',
    'logging:\n  lvl: info\n  levl: info\n',
    [
      '2:3 logging.lvl: unknown key "lvl"; known here: level',
      '3:3 logging.levl: unknown key "levl"; did you mean "level"?',
    ],
  ],
  [
    'a number out of range is shown with the range',
    'listeners:\n  https:\n    port: 65536\n',
    ['3:11 listeners.https.port: must be a whole number from 0 to 65535, is 65536'],
  ],
  ['a word where a number stands', 'server: { workers: many }', ['1:20 server.workers: must be a number, is text']],
  [
    'a word of a closed list is shown with the list',
    'logging: { level: chatty }',
    ['1:19 logging.level: must be one of debug, info, warn, error, silent, is "chatty"'],
  ],
  [
    'a duration without a unit that is known',
    'server:\n  drainTimeout: 3 fortnights',
    ['2:17 server.drainTimeout: must be a duration: like 250ms, 30s, 5m, 2h or 7d, or a number of seconds'],
  ],
  ['a duration that is too long', 'server: { drainTimeout: 2h }', ['1:25 server.drainTimeout: must be from 0ms to 1h']],
  [
    'a size with a unit that does not exist',
    'limits: { dav: { maxPutSize: 10Gib } }',
    ['1:30 limits.dav.maxPutSize: must be a size: like 64KiB, 10MB or 10GB, or a number of octets'],
  ],
  ['a section that is text', 'server: here', ['1:9 server: must be a map of keys and values, is text']],
  [
    'an adapter of a kind that does not exist',
    'adapters:\n  store: { kind: oracle }\n',
    ['2:18 adapters.store.kind: must be one of sqlite, fs, accounts, is "oracle"'],
  ],
  [
    'an adapter without a kind',
    'adapters:\n  store: {}\n',
    ['2:10 adapters.store.kind: is missing: must be one of sqlite, fs, accounts'],
  ],
  [
    'a route to an adapter that does not exist',
    'domains:\n  univ.example: { collections: stroe }\n',
    ['2:32 domains."univ.example".collections: there is no adapter "stroe"; did you mean "store"?'],
  ],
  [
    'a route to an adapter that does not offer the port',
    'domains:\n  univ.example:\n    directory: [people, files]\n    blobs: store\n',
    [
      '3:25 domains."univ.example".directory[1]: the adapter "files" (fs) does not offer directory; these do: people',
      '4:12 domains."univ.example".blobs: the adapter "store" (sqlite) does not offer blobs; these do: files',
    ],
  ],
  [
    'a wrong default is reported once, however many domains use it',
    'domains: { a.example: , b.example: }\ndefaults: { blobs: none }\n',
    ['2:20 defaults.blobs: there is no adapter "none"; there are store, files, people'],
  ],
  [
    'accounts on an adapter that is no database',
    'adapters:\n  store: { kind: sqlite }\n  files: { kind: fs }\n  people: { kind: accounts, store: files }\n',
    ['4:36 adapters.people.store: must name an adapter of kind sqlite; "files" is fs'],
  ],
  [
    'two adapters in one place',
    'adapters:\n  store: { kind: sqlite, path: a }\n  files: { kind: fs, path: a }\n  people: { kind: accounts }\n',
    ['3:28 adapters.files.path: is the place of the adapter "store" too'],
  ],
  [
    'an alias that is a domain',
    'domains:\n  a.example: { aliases: [b.example] }\n  b.example:\n',
    ['2:26 domains."a.example".aliases[0]: "b.example" is a domain already'],
  ],
  [
    'a name that is no domain name',
    'domains:\n  "a b": {}\n',
    ['2:3 domains."a b": must be a host name like files.univ.example'],
  ],
  ['no domain at all', 'domains: {}', ['1:10 domains: must have at least one domain']],
  ['no listener at all', 'listeners: {}', ['1:12 listeners: must have at least one of https, http, admin']],
  [
    'two listeners on one port',
    'listeners: { https: { port: 8443 }, http: { port: 8443 } }',
    ['1:51 listeners.http.port: port 8443 is the one of listeners.https too'],
  ],
  [
    'PROXY protocol without anybody who is trusted',
    'listeners:\n  https:\n    proxyProtocol: v1v2\n',
    ['3:5 listeners.https.trustedProxies: must name the load balancers, because proxyProtocol is on'],
  ],
  [
    'a network with a mask that is too long',
    'listeners: { https: { proxyProtocol: v1v2, trustedProxies: [10.0.0.0/33] } }',
    ['1:61 listeners.https.trustedProxies[0]: must be a network like 10.0.0.0/8 or fd00::/8, or one address'],
  ],
  [
    'certificates from files without files',
    'server: { tls: { mode: files } }',
    ['1:16 server.tls.certificates: must name at least one certificate, because mode is files'],
  ],
  [
    'a certificate without its key',
    'server: { tls: { mode: files, certificates: [ { certFile: a.pem } ] } }',
    ['1:47 server.tls.certificates[0].keyFile: is missing: must be text'],
  ],
  [
    'a secret that is written out is refused and not repeated',
    'server: { tls: { mode: files, certificates: [ { certFile: a, keyFile: b, keyPassphrase: hunter2 } ] } }',
    [
      '1:89 server.tls.certificates[0].keyPassphrase: a secret is not written in the configuration: give ${NAME} of an environment variable, or file:PATH',
    ],
  ],
  [
    'a secret in a variable that is not set',
    'server: { tls: { mode: files, certificates: [ { certFile: a, keyFile: b, keyPassphrase: "${NOWHERE}" } ] } }',
    ['1:89 server.tls.certificates[0].keyPassphrase: the environment variable NOWHERE is not set'],
  ],
  [
    'a key that is written twice',
    'logging: { level: info }\nlogging: { level: warn }',
    ['2:1 Map keys must be unique'],
  ],
  [
    'problems of several sections at once, in the order in which they are written',
    'logging: { level: loud }\nserver: { workers: 0 }\nlisteners: { htps: {} }\n',
    [
      '1:19 logging.level: must be one of debug, info, warn, error, silent, is "loud"',
      '2:20 server.workers: must be a whole number from 1 to 256, is 0',
      '3:14 listeners.htps: unknown key "htps"; did you mean "https"?',
    ],
  ],
  [
    'names and secrets are looked at beside values that are wrong elsewhere',
    [
      'loging: {}',
      'upkeep: { interval: often }',
      'server: { tls: { mode: files, certificates: [ { certFile: a, keyFile: b, keyPassphrase: "${NOWHERE}" } ] } }',
      'domains: { univ.example: { collections: stroe } }',
    ].join('\n'),
    [
      '1:1 loging: unknown key "loging"; did you mean "logging"?',
      '2:21 upkeep.interval: must be a duration: like 250ms, 30s, 5m, 2h or 7d, or a number of seconds',
      '3:89 server.tls.certificates[0].keyPassphrase: the environment variable NOWHERE is not set',
      '4:41 domains."univ.example".collections: there is no adapter "stroe"; did you mean "store"?',
    ],
  ],
  [
    'a name of an adapter that is wrong itself is not said to lead nowhere',
    'adapters: { mine: { kind: fs, path: 7 } }\ndomains: { univ.example: { blobs: mine } }\n',
    ['1:37 adapters.mine.path: must be text, is a number'],
  ],
  [
    'a slip in YAML is one problem, not one for each word behind it',
    'server:\n  a: { b: ${NAME} }\n  c: 1\ndomains:\n  univ.example: { aliases: [a.example, b.example] }\n',
    ['2:12 Unexpected flow-map-start at node end'],
  ],
];

for (const [rule, yaml, problems] of wrong) {
  test(`configuration: ${rule}`, async (t) => {
    const result = await parseConfig(yaml, 'F', '/', {});
    t.false(result.ok);
    if (!result.ok)
      t.deepEqual(
        formatProblems('F', result.problems).split('\n'),
        problems.map((problem) => `F:${problem}`),
      );
  });
}

/** YAML that is not YAML: it is answered with at least one place and never with an exception. */
const notYaml = [
  'a: [1\nb: 2',
  '\t- x',
  'a: "open',
  '{',
  '*nowhere',
  'a: !!js/function 1',
  '? [a]\n: b',
  'a: &x [*x]',
  '\0',
  '- 1',
];

for (const yaml of notYaml) {
  test(`configuration: ${JSON.stringify(yaml)} has a problem with a place`, async (t) => {
    const result = await parseConfig(yaml, 'F', '/', {});
    t.false(result.ok);
    if (!result.ok) for (const problem of result.problems) t.true(problem.line >= 1 && problem.column >= 1);
  });
}

test('configuration: aliases that multiply are refused', async (t) => {
  const levels = Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 9 }, () => `*a${i}`).join(', ')}]`,
  );
  const result = await parseConfig(['a0: &a0 [x, x]', ...levels].join('\n'), 'F', '/', {});
  t.false(result.ok);
});

test('configuration: an empty file is the embedded default', async (t) => {
  const empty = await parseConfig('', 'F', '/', {});
  t.true(empty.ok);
  if (empty.ok) t.deepEqual({ ...empty.config, file: '(defaults)' }, await configFrom({}, '/'));
});

test('configuration: durations become milliseconds, sizes octets; numbers are seconds and octets', async (t) => {
  const config = await configFrom(
    {
      server: { drainTimeout: 1.5 },
      upkeep: { interval: '2h' },
      limits: { dav: { maxPutSize: '1.5GB', inlineSize: 100 } },
    },
    '/',
  );
  t.is(config.server.drainTimeout, 1500);
  t.is(config.upkeep.interval, 7_200_000);
  t.is(config.limits.dav.maxPutSize, 1_500_000_000);
  t.is(config.limits.dav.inlineSize, 100);
});

test('configuration: names of domains are taken in lower case', async (t) => {
  const config = await configFrom({ domains: { 'Univ.Example': { aliases: ['WWW.Univ.Example'] } } }, '/');
  t.deepEqual(Object.keys(config.domains), ['univ.example']);
  t.deepEqual(config.domains['univ.example']?.aliases, ['www.univ.example']);
});

test('configuration: a file that is not there is said in words, without a line', async (t) => {
  const error = await t.throwsAsync(loadConfig('/nowhere/config.yaml', {}), { instanceOf: ConfigError });
  t.is(error?.message, '/nowhere/config.yaml has 1 problem:\n/nowhere/config.yaml there is no such file');
});

test('configuration: a secret is opened from the environment or from a file, and never printed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-config-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'passphrase'), 'from the file\n');
  const yaml = `server: { tls: { mode: files, certificates: [
    { certFile: a, keyFile: b, keyPassphrase: "file:passphrase" }, { certFile: c, keyFile: d, keyPassphrase: "\${PASS}" } ] } }`;
  const environment = { PASS: 'from the environment' };
  const result = await parseConfig(yaml, 'F', folder, environment);
  if (!result.ok) return t.fail(formatProblems('F', result.problems));
  const [first, second] = result.config.server.tls.certificates.map(({ keyPassphrase }) => keyPassphrase);
  const source = { baseDir: folder, environment };
  for (const [reference, expected] of [
    [first, 'from the file'],
    [second, 'from the environment'],
  ] as const) {
    const resolved = reference === undefined ? undefined : await resolveSecret(reference, source);
    t.is(resolved?.ok === true ? resolved.secret.reveal() : undefined, expected);
  }
  for (const printed of [JSON.stringify(result.config), inspect(result.config, { depth: 9 }), String(first)]) {
    t.true(printed.includes('[secret]'));
    t.false(printed.includes('from the'));
  }
});
