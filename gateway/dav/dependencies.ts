import type { Authenticator } from '../auth/authenticator.ts';
import type { Clock } from '../ports/clock.ts';
import type { Domains } from '../services/domains.ts';
import type { DavOptions } from './options.ts';

/** What the DAV core is built from. */
export interface DavDependencies {
  readonly domains: Domains;
  readonly authenticator: Authenticator;
  /** Read at every request, so that a reload of the configuration takes effect. */
  readonly options: () => DavOptions;
  readonly clock: Clock;
}
