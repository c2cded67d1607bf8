import test from 'ava';
import { configFrom } from './config/load.ts';
import type { ConfigInput } from './config/schema.ts';
import { compareConfigs, mergeConfigs } from './reload.ts';

const before: ConfigInput = { domains: { 'a.example': {}, 'b.example': { limits: { quota: '1GB' } } } };

/** A new configuration, what of it takes effect, and what does not. */
const cases: readonly (readonly [
  rule: string,
  after: ConfigInput,
  applied: readonly string[],
  needRestart: readonly string[],
])[] = [
  ['nothing changed', before, [], []],
  ['the log level', { ...before, logging: { level: 'debug' } }, ['logging.level'], []],
  [
    'limits of WebDAV',
    { ...before, limits: { dav: { maxPutSize: '1GB', xml: { depth: 10 } } } },
    ['limits.dav.maxPutSize', 'limits.dav.xml.depth'],
    [],
  ],
  [
    "a domain's quota, and one that is taken away",
    { domains: { 'a.example': { limits: { quota: '2GB' } }, 'b.example': {} } },
    ['domains."a.example".limits.quota', 'domains."b.example".limits.quota'],
    [],
  ],
  ['a port', { ...before, listeners: { https: { port: 1 }, http: {}, admin: {} } }, [], ['listeners.https.port']],
  ['a new domain', { domains: { ...before.domains, 'c.example': {} } }, [], ['domains."c.example"']],
  ['limits of connections', { ...before, limits: { connections: { backlog: 1 } } }, [], ['limits.connections.backlog']],
];

for (const [rule, after, applied, needRestart] of cases) {
  test(`reload: ${rule}`, async (t) => {
    const built = await configFrom(before, '/');
    const read = await configFrom(after, '/');
    t.deepEqual(compareConfigs(built, read), { applied, needRestart });
    // After the merge only what needs a restart is still different.
    t.deepEqual(compareConfigs(mergeConfigs(built, read), read), { applied: [], needRestart });
  });
}
