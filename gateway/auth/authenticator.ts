/**
 * One way in for every protocol: who is this, and may they be here? Passwords are checked by the domain's directories, off
 * the event loop; what was found right is cached under a keyed hash for a short time and dropped as soon as the directory's
 * `version` of the account changes; wrong tries are counted per account first and per network second.
 */
import type { Call } from '../ports/call.ts';
import type { ConnectionInfo } from '../ports/connection.ts';
import type { PasswordCredentials, Principal } from '../ports/directory.ts';

export interface SignInAttempt {
  readonly protocol: 'http' | 'imap' | 'smtp' | 'sieve' | 'xmpp';
  readonly connection: ConnectionInfo;
}

export interface Authenticator {
  /**
   * @throws GatewayError `authentication-failed` (one message for unknown, wrong and closed), `encryption-required` (the
   *   connection is not secure), `limit-exceeded` (too many wrong tries; `retryAfterSeconds` says how long), `unavailable`
   */
  password(credentials: PasswordCredentials, attempt: SignInAttempt, call: Call): Promise<Principal>;
}
