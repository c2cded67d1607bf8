/** Which directory decides about a login. */
import type { DirectoryRoutes, RoutedLogin } from '../auth/password-authenticator.ts';
import type { ConnectionInfo } from '../ports/connection.ts';
import type { Domains } from '../services/domains.ts';

export function directoryRoutes(domains: Domains): DirectoryRoutes {
  return {
    directoryFor(login: string, connection: ConnectionInfo): RoutedLogin | undefined {
      const at = login.lastIndexOf('@');
      if (at === -1) {
        const { directory, name } = domains.forHost(connection.serverName);
        return { directory, login: `${login}@${name}` };
      }
      const domain = domains.byName(login.slice(at + 1));
      return domain === undefined
        ? undefined
        : { directory: domain.directory, login: `${login.slice(0, at)}@${domain.name}` };
    },
  };
}
