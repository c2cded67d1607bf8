/** The one connection by which a process tells the others what changed and hears it from them. */
import { createHash } from 'node:crypto';
import { Client, escapeIdentifier } from 'pg';
import { clientConfig } from './client-config.ts';
import { fromPostgresError } from './errors.ts';
import type { ResolvedOptions } from './options.ts';

export interface FeedConnection extends AsyncDisposable {
  /** Resolves, and never rejects, when the connection is of no use any more. */
  readonly ended: Promise<void>;
  readonly hasEnded: boolean;
  /** Tells the payloads to everyone who listens, this connection included. @throws GatewayError `unavailable` */
  notify(payloads: readonly string[]): Promise<void>;
  /** Whether the server still answers. @throws GatewayError `unavailable` */
  check(): Promise<void>;
}

/** Channels are the whole database's; a store is one schema of it. Names have at most 63 octets. */
function channelOf({ schema }: ResolvedOptions): string {
  return `passerelle_${createHash('sha256').update(schema).digest('hex').slice(0, 24)}`;
}

/**
 * @param hear called with every payload from now on
 * @throws GatewayError `unavailable`
 */
export async function openFeedConnection(
  options: ResolvedOptions,
  answerTimeoutMs: number,
  hear: (payload: string) => void,
): Promise<FeedConnection> {
  const channel = channelOf(options);
  const client = new Client({ ...clientConfig(options), query_timeout: answerTimeoutMs, pipeline: true });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let hasEnded = false;
  const end = (): void => {
    hasEnded = true;
    resolve();
  };
  client.on('error', end);
  client.on('end', end);
  client.on('notification', (message) => {
    if (message.channel === channel && message.payload !== undefined) hear(message.payload);
  });
  const ask = async (text: string, values: readonly unknown[] = []): Promise<void> => {
    try {
      await client.query(text, [...values]);
    } catch (error) {
      // Whatever it was, a new connection is the way out of it.
      end();
      throw fromPostgresError(error);
    }
  };
  try {
    await client.connect();
    // A notification that is lost when the server's machine fails costs a delay: it need not wait for the device.
    await client.query('set synchronous_commit to off');
    await client.query(`listen ${escapeIdentifier(channel)}`);
  } catch (error) {
    client.end().catch(() => undefined);
    throw fromPostgresError(error);
  }
  return {
    ended,
    get hasEnded() {
      return hasEnded;
    },
    notify: (payloads) =>
      ask('select count(pg_notify($1, payload)) from unnest($2::text[]) payload', [channel, payloads]),
    check: () => ask('select 1'),
    [Symbol.asyncDispose]: async () => {
      end();
      await client.end();
    },
  };
}
