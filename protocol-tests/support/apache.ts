/** Debian's Apache with mod_dav on a free port, from a configuration of its own: the peer that litmus grew up with. */
import { writeFile } from 'node:fs/promises';
import { freePort } from './free-port.ts';
import {
  accepts,
  makeServedFolder,
  passwordFileLine,
  peerOf,
  peerPassword,
  peerUser,
  serviceUser,
  startedByRoot,
  type Peer,
  type PeerOptions,
} from './peer.ts';
import { programPath } from './parts.ts';
import { startProcess } from './process.ts';
import { createServerCertificate, type ServerCertificate } from './server-certificate.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

const modules = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_basic', 'dav', 'dav_fs'];

interface Settings {
  readonly root: string;
  readonly port: number;
  readonly certificate: ServerCertificate | undefined;
}

/** Threads and keep-alive are Debian's own; a connection is kept for as many requests as the client likes. */
function configuration({ root, port, certificate }: Settings): string {
  const load = [...modules, ...(certificate === undefined ? [] : ['ssl', 'socache_shmcb'])];
  return [
    `ServerRoot "${root}"`,
    `DefaultRuntimeDir "${root}"`,
    `PidFile "${root}/apache.pid"`,
    `ErrorLog "${root}/error.log"`,
    'LogLevel warn',
    'ServerName 127.0.0.1',
    `Listen 127.0.0.1:${port}`,
    ...load.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    ...(startedByRoot ? [`User ${serviceUser}`, `Group ${serviceUser}`] : []),
    'StartServers 2',
    'MinSpareThreads 25',
    'MaxSpareThreads 75',
    'ThreadsPerChild 25',
    'MaxRequestWorkers 150',
    'KeepAlive On',
    'KeepAliveTimeout 60',
    'MaxKeepAliveRequests 0',
    'Timeout 300',
    ...(certificate === undefined ? [] : tlsLines(certificate)),
    `DavLockDB "${root}/locks/database"`,
    `DocumentRoot "${root}/files"`,
    `<Directory "${root}/files">`,
    '  Dav On',
    '  DavDepthInfinity On',
    '  LimitRequestBody 0',
    '  LimitXMLRequestBody 1048576',
    '  AuthType Basic',
    '  AuthName "peer"',
    `  AuthUserFile "${root}/passwords"`,
    '  Require valid-user',
    '</Directory>',
    '',
  ].join('\n');
}

function tlsLines(certificate: ServerCertificate): readonly string[] {
  return [
    'SSLEngine on',
    'SSLProtocol -all +TLSv1.2 +TLSv1.3',
    'SSLSessionCache shmcb:sessions(512000)',
    `SSLCertificateFile "${certificate.certificateFile}"`,
    `SSLCertificateKeyFile "${certificate.keyFile}"`,
  ];
}

/** Works as root (the children become www-data) and as anyone else. */
export async function startApache({ tls = true }: PeerOptions = {}): Promise<Peer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createTemporaryFolder('passerelle-apache'));
  await makeServedFolder(folder.file('files'));
  await makeServedFolder(folder.file('locks'));
  await writeFile(folder.file('passwords'), passwordFileLine(peerUser, peerPassword));
  const port = await freePort();
  const certificate = tls ? await createServerCertificate(folder.path, 'apache') : undefined;
  await writeFile(folder.file('apache.conf'), configuration({ root: folder.path, port, certificate }));
  const server = stack.use(
    await startProcess({
      command: programPath('apache2'),
      args: ['-D', 'FOREGROUND', '-f', folder.file('apache.conf')],
      ready: () => accepts(port),
    }),
  );
  const moved = stack.move();
  const where = { port, folder: folder.file('files'), caFile: certificate?.caFile, errorLog: folder.file('error.log') };
  return peerOf(server, where, () => moved.disposeAsync());
}
