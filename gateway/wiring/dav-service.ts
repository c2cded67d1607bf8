/** Files over WebDAV: the DAV core with its authenticator, as one HTTP handler. */
import { MemoryThrottleStore } from '../auth/memory-throttle.ts';
import { PasswordAuthenticator } from '../auth/password-authenticator.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import { createDavHandler } from '../dav/handler.ts';
import type { Clock } from '../ports/clock.ts';
import type { HttpHandler } from '../server/http-handler.ts';
import type { Domains } from '../services/domains.ts';
import type { Config } from './config/load.ts';
import { directoryRoutes } from './directory-routes.ts';
import { authOptions, davOptions } from './options.ts';

export interface DavServiceDependencies {
  readonly domains: Domains;
  readonly clock: Clock;
  readonly currentConfig: () => Config;
}

export interface DavService {
  readonly handler: HttpHandler;
  /** Takes over the limits of sign-in from the current configuration; what was counted so far still counts. */
  reload(): void;
}

export function createDavService(dependencies: DavServiceDependencies): DavService {
  const { domains, clock, currentConfig } = dependencies;
  const throttle = new MemoryThrottleStore(clock);
  const build = (): Authenticator =>
    new PasswordAuthenticator({
      directories: directoryRoutes(domains),
      throttle,
      clock,
      options: authOptions(currentConfig().limits.auth),
    });
  let authenticator = build();
  const handler = createDavHandler({
    domains,
    clock,
    authenticator: { password: (credentials, attempt, call) => authenticator.password(credentials, attempt, call) },
    options: () => davOptions(currentConfig().limits.dav),
  });
  return {
    handler,
    reload() {
      authenticator = build();
    },
  };
}
