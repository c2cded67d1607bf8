/** Pools of connections to the primary. */
import { Pool } from 'pg';
import type { PoolClient, QueryResult } from 'pg';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { Log } from '../../gateway/ports/log.ts';
import { clientConfig, sessionSettings } from './client-config.ts';
import { fromPostgresError } from './errors.ts';
import type { ResolvedOptions } from './options.ts';

/** After so long a connection is replaced: with it go its plans, and a primary that is none any more. */
const longestLifeSeconds = 1800;

/** `as materialized`, `plan_cache_mode` and identity columns are older; older servers get no corrections any more. */
const oldestVersion = 13_00_00;

export interface PoolPurpose {
  readonly connections: number;
  /** Statements are sent before earlier ones were answered. */
  readonly pipeline: boolean;
}

export function createPool(options: ResolvedOptions, { connections, pipeline }: PoolPurpose, log: Log): Pool {
  const pool = new Pool({
    ...clientConfig(options),
    max: connections,
    pipeline,
    idleTimeoutMillis: options.idleTimeoutMs,
    maxLifetimeSeconds: longestLifeSeconds,
    verify: (client, done) => void verifySession(client, options, done),
  });
  // An idle connection that broke leaves the pool by itself; one in use fails its statement, which tells the caller.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', (error) => log.debug('postgres.connection', { result: 'unavailable', error }));
  return pool;
}

/** Calls back when the new connection is ready to be used, with the reason when it is not. */
async function verifySession(
  client: PoolClient,
  options: ResolvedOptions,
  done: (error?: Error) => void,
): Promise<void> {
  try {
    await prepareSession(client, options);
  } catch (error) {
    done(fromPostgresError(error));
    return;
  }
  done();
}

/** @throws GatewayError `unavailable` when the server is no primary, or too old */
async function prepareSession(client: PoolClient, options: ResolvedOptions): Promise<void> {
  const answer = (await client.query(sessionSettings(options))) as unknown as readonly QueryResult[];
  const row = answer.at(-1)?.rows[0] as { readonly standby: unknown; readonly version: number } | undefined;
  if (row === undefined) throw new GatewayError('internal', 'the server did not say what it is');
  if (row.standby === 't') throw refusal('the store answers from a copy that takes no writes', 2);
  if (row.version < oldestVersion) throw refusal('the store needs PostgreSQL 13 or newer', 60);
}

function refusal(message: string, retryAfterSeconds: number): GatewayError {
  return new GatewayError('unavailable', message, { detail: { retryAfterSeconds } });
}

/** A free connection, waited for as long as the options say. @throws GatewayError `unavailable` */
export async function takeConnection(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    throw fromPostgresError(error);
  }
}
