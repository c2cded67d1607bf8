/** What every connection to the server is opened with. */
import type { ConnectionOptions } from 'node:tls';
import { escapeIdentifier } from 'pg';
import type { ClientConfig, CustomTypesConfig } from 'pg';
import type { PostgresTls, ResolvedOptions } from './options.ts';

/** https://www.postgresql.org/docs/current/catalog-pg-type.html: the types that statements give. */
const typeId = { bytea: 17, int8: 20, int2: 21, int4: 23 } as const;

/** Mod-sequences, ids, sizes and times are all below 2^53. */
const parsers: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [typeId.bytea, (text) => Buffer.from(text.slice(2), 'hex')],
  [typeId.int8, Number],
  [typeId.int2, Number],
  [typeId.int4, Number],
]);

const asText = (text: string): string => text;

const types: CustomTypesConfig = {
  getTypeParser: ((id: number) => parsers.get(id) ?? asText) as CustomTypesConfig['getTypeParser'],
};

export function clientConfig(options: ResolvedOptions): ClientConfig {
  const { password } = options;
  return {
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    // A function, so that neither the environment nor ~/.pgpass stands in for a password that was left out.
    password: () => password?.reveal() ?? '',
    ssl: tlsOptions(options.tls),
    enableChannelBinding: options.tls.verification !== 'disable',
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: options.keepAliveMs,
    // The server ends a statement after statementTimeoutMs; one that has not even said that is gone.
    query_timeout: options.statementTimeoutMs + options.connectTimeoutMs,
    types,
  };
}

function tlsOptions(tls: PostgresTls): ConnectionOptions | false {
  if (tls.verification === 'disable') return false;
  return {
    rejectUnauthorized: tls.verification !== 'require',
    ...(tls.verification === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
    ...(tls.certificate === undefined ? {} : { cert: tls.certificate }),
    ...(tls.key === undefined ? {} : { key: tls.key.reveal() }),
  };
}

/**
 * Settings of a new connection, in one round trip.
 *
 * Each statement has an index that was made for it. A plan that was made while a table was empty would go through all of it, and
 * PostgreSQL keeps plans until it has counted the rows anew; so the ways around the indexes are closed
 * (https://www.postgresql.org/docs/current/runtime-config-query.html), and a plan is made once a connection and not for each set
 * of values.
 */
export function sessionSettings(options: ResolvedOptions): string {
  const { schema, statementTimeoutMs, lockTimeoutMs } = options;
  return [
    `set search_path to ${escapeIdentifier(schema)}`,
    `set statement_timeout to ${Math.round(statementTimeoutMs)}`,
    `set lock_timeout to ${Math.round(lockTimeoutMs)}`,
    `set idle_in_transaction_session_timeout to ${Math.round(statementTimeoutMs)}`,
    `set default_transaction_isolation to 'read committed'`,
    `set client_min_messages to warning`,
    `set bytea_output to hex`,
    `set plan_cache_mode to force_generic_plan`,
    ...['seqscan', 'bitmapscan', 'hashjoin', 'mergejoin', 'sort'].map((way) => `set enable_${way} to off`),
    `set jit to off`,
    // A commit that returned is durable, whatever the server's default.
    `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`,
    `select pg_is_in_recovery() as standby, current_setting('server_version_num')::int as version`,
  ].join('; ');
}
