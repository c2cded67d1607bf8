/**
 * The npm package `webdav-server` as a program: an imperfect peer whose faults the suite has to find. It dies of some requests, so
 * it runs in a process of its own that `restarting-peer.ts` starts again.
 *
 * Arguments: port (0: any), folder, user; the password comes from PEER_PASSWORD. Prints `listening PORT`.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { v2 as webdav } from 'webdav-server';

const [port = '0', folder = '', user = ''] = process.argv.slice(2);

const users = new webdav.SimpleUserManager();
const ada = users.addUser(user, process.env['PEER_PASSWORD'] ?? '', false);
const privileges = new webdav.SimplePathPrivilegeManager();
privileges.setRights(ada, '/', ['all']);

const server = new webdav.WebDAVServer({
  hostname: '127.0.0.1',
  httpAuthentication: new webdav.HTTPBasicAuthentication(users, 'peer'),
  privilegeManager: privileges,
});

await server.setFileSystemAsync('/', new webdav.PhysicalFileSystem(folder));
const chosen = port === '0' ? await freePort() : Number(port); // The package takes 0 for its default port.
await server.startAsync(chosen);
process.stdout.write(`listening ${chosen}\n`);

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  await once(probe.close(), 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
