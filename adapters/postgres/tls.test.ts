/** The way to the server over TLS. */
import { readFile } from 'node:fs/promises';
import test from 'ava';
import { silentLog } from '../../gateway/ports/log.ts';
import { Secret } from '../../gateway/ports/secret.ts';
import { postgresTest, startCluster } from '../../protocol-tests/support/postgres.ts';
import type { PostgresCluster } from '../../protocol-tests/support/postgres.ts';
import { createServerCertificate } from '../../protocol-tests/support/server-certificate.ts';
import { createTemporaryFolder } from '../../protocol-tests/support/temporary-folder.ts';
import { callOf, throwsCode } from '../contract/support.ts';
import { openPostgresEngine } from './engine.ts';
import type { PostgresOptions, PostgresTls } from './options.ts';
import { resolveOptions } from './options.ts';

const onServer = postgresTest(test);

interface TlsServer extends AsyncDisposable {
  readonly server: PostgresCluster;
  readonly ca: string;
  readonly otherCa: string;
}

async function startTlsServer(): Promise<TlsServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createTemporaryFolder('passerelle-postgres-tls'));
  const certificate = await createServerCertificate(folder.path, 'server');
  const other = await createServerCertificate(folder.path, 'other');
  const server = stack.use(await startCluster({ certificate }));
  const [ca, otherCa] = [await readFile(certificate.caFile, 'utf8'), await readFile(other.caFile, 'utf8')];
  const moved = stack.move();
  return { server, ca, otherCa, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

onServer('engine: the server is believed as far as the options say, and no further', async (t) => {
  await using opened = await startTlsServer();
  const { server, ca, otherCa } = opened;
  const password = new Secret(server.password);
  const serverName = 'db.elsewhere.example';
  const cases: readonly [what: string, tls: PostgresTls, isLetIn: boolean][] = [
    ['its own authority', { verification: 'verify-full', ca }, true],
    ['another authority', { verification: 'verify-full', ca: otherCa }, false],
    ['no authority that is known here', { verification: 'verify-full' }, false],
    ['another name', { verification: 'verify-full', ca, serverName }, false],
    ['another name, where the name does not count', { verification: 'verify-ca', ca, serverName }, true],
    ['another authority, where the name does not count', { verification: 'verify-ca', ca: otherCa }, false],
    ['anybody', { verification: 'require' }, true],
    ['no TLS, which the server asks for', { verification: 'disable' }, false],
  ];
  for (const [what, tls, isLetIn] of cases) {
    const opening = openPostgresEngine({ ...server.address(), password, tls }, silentLog);
    if (!isLetIn) {
      await throwsCode(t, opening, 'unavailable');
      continue;
    }
    await using engine = await opening;
    await engine.check(callOf());
    const row = await engine.read.get<{ version: string }>`
      select version from pg_stat_ssl where pid = pg_backend_pid() and ssl`;
    t.is(row?.version, 'TLSv1.3', what);
  }
});

test('options: over a network the server must prove who it is, on this machine it need not', (t) => {
  const verification = (host: string, more: Partial<PostgresOptions> = {}): string =>
    resolveOptions({ host, database: 'x', user: 'x', ...more }).tls.verification;
  for (const host of ['db.example', '192.0.2.1', '2001:db8::1', '128.0.0.1']) t.is(verification(host), 'verify-full');
  for (const host of ['/run/postgresql', 'localhost', '127.0.0.1', '127.3.2.1', '::1'])
    t.is(verification(host), 'disable');
  t.is(verification('127.0.0.1', { tls: { verification: 'verify-ca' } }), 'verify-ca');
});
