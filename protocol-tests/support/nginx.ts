/** Debian's nginx with its dav modules on a free port, with the settings of a production server. */
import { existsSync } from 'node:fs';
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
import { nginxDavExtModule, programPath } from './parts.ts';
import { startProcess } from './process.ts';
import { createServerCertificate, type ServerCertificate } from './server-certificate.ts';
import { createTemporaryFolder } from './temporary-folder.ts';

interface Settings {
  readonly root: string;
  readonly port: number;
  readonly certificate: ServerCertificate | undefined;
}

function configuration(settings: Settings): string {
  const { root } = settings;
  const ext = existsSync(nginxDavExtModule);
  return [
    ...(ext ? [`load_module ${nginxDavExtModule};`] : []),
    ...(startedByRoot ? [`user ${serviceUser};`] : []),
    'daemon off;',
    'worker_processes auto;',
    `pid ${root}/nginx.pid;`,
    `error_log ${root}/error.log warn;`,
    'events { worker_connections 2048; }',
    'http {',
    '  access_log off;',
    '  sendfile on;',
    '  tcp_nopush on;',
    '  keepalive_timeout 75s;',
    '  keepalive_requests 1000000000;',
    '  client_max_body_size 0;',
    // On the file system of the files, so that an upload ends in a rename and not in a copy.
    `  client_body_temp_path ${root}/incoming;`,
    ...['proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `  ${name}_temp_path ${root}/${name};`),
    ...(ext ? ['  dav_ext_lock_zone zone=locks:10m;'] : []),
    ...serverLines(settings, ext),
    '}',
    '',
  ].join('\n');
}

function serverLines({ root, port, certificate }: Settings, ext: boolean): readonly string[] {
  return [
    '  server {',
    `    listen 127.0.0.1:${port}${certificate === undefined ? '' : ' ssl'};`,
    ...(certificate === undefined
      ? []
      : [
          `    ssl_certificate ${certificate.certificateFile};`,
          `    ssl_certificate_key ${certificate.keyFile};`,
          '    ssl_protocols TLSv1.2 TLSv1.3;',
          '    ssl_session_cache shared:tls:2m;',
        ]),
    `    root ${root}/files;`,
    '    location / {',
    '      auth_basic peer;',
    `      auth_basic_user_file ${root}/passwords;`,
    '      dav_methods PUT DELETE MKCOL COPY MOVE;',
    ...(ext ? ['      dav_ext_methods PROPFIND OPTIONS LOCK UNLOCK;', '      dav_ext_lock zone=locks;'] : []),
    '      dav_access user:rw group:r all:r;',
    '    }',
    '  }',
  ];
}

/** Works as root (the workers become www-data) and as anyone else. PROPFIND needs `nginxDavExtPart`. */
export async function startNginx({ tls = true }: PeerOptions = {}): Promise<Peer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createTemporaryFolder('passerelle-nginx'));
  await makeServedFolder(folder.file('files'));
  await makeServedFolder(folder.file('incoming'));
  await writeFile(folder.file('passwords'), passwordFileLine(peerUser, peerPassword));
  const port = await freePort();
  const certificate = tls ? await createServerCertificate(folder.path, 'nginx') : undefined;
  await writeFile(folder.file('nginx.conf'), configuration({ root: folder.path, port, certificate }));
  const server = stack.use(
    await startProcess({
      command: programPath('nginx'),
      // -e: before the configuration is read, errors would go to Debian's own log, which only root may write.
      args: ['-e', folder.file('error.log'), '-p', folder.path, '-c', folder.file('nginx.conf')],
      ready: () => accepts(port),
    }),
  );
  const moved = stack.move();
  const where = { port, folder: folder.file('files'), caFile: certificate?.caFile, errorLog: folder.file('error.log') };
  return peerOf(server, where, () => moved.disposeAsync());
}
