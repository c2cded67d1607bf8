/** The AWS SDK: loaded when a store is opened and not before, so that a gateway without one does not pay for it. */
import { createHash } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type * as ClientS3 from '@aws-sdk/client-s3';
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3';
import { BodyHashes } from './body-hashes.ts';
import type { S3Credentials, S3Settings } from './options.ts';

export type Sdk = typeof ClientS3;

/**
 * Two clients with connections of their own: a download holds its connection for as long as its reader takes, and slow
 * readers must not keep others from writing.
 */
export interface S3Clients extends Disposable {
  readonly sdk: Sdk;
  readonly reading: S3Client;
  readonly writing: S3Client;
  /** SHA-256 of bodies, which the requests that send them are signed with. */
  readonly hashes: BodyHashes;
}

export async function createClients(settings: S3Settings): Promise<S3Clients> {
  const sdk = await import('@aws-sdk/client-s3');
  const hashes = new BodyHashes(settings.idleTimeoutMs);
  const reading = createClient(sdk, settings);
  const writing = createClient(sdk, settings);
  addKnownHash(writing, hashes);
  return {
    sdk,
    reading,
    writing,
    hashes,
    [Symbol.dispose]: () => {
      reading.destroy();
      writing.destroy();
    },
  };
}

function createClient(sdk: Sdk, settings: S3Settings): S3Client {
  const checksums = settings.checksums === 'when-supported' ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED';
  const client = new sdk.S3Client({
    region: settings.region,
    forcePathStyle: settings.forcePathStyle,
    maxAttempts: settings.maxAttempts,
    retryMode: 'standard',
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    // Every body is in memory and can be sent again; a round trip for permission to send it would only cost time.
    expectContinueHeader: false,
    requestHandler: handlerOptions(settings),
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(settings.credentials === undefined ? {} : { credentials: revealed(settings.credentials) }),
  });
  addContentMd5(client);
  return client;
}

/** What the SDK would print by itself goes nowhere: a request that had to wait too long fails, and the failure is logged. */
function handlerOptions(settings: S3Settings): NonNullable<S3ClientConfig['requestHandler']> {
  const agentOptions = { keepAlive: true, maxSockets: settings.maxSockets };
  return {
    connectionTimeout: settings.connectTimeoutMs,
    socketTimeout: settings.idleTimeoutMs,
    httpAgent: new HttpAgent(agentOptions),
    httpsAgent: new HttpsAgent(settings.ca === undefined ? agentOptions : { ...agentOptions, ca: settings.ca }),
    logger: { debug() {}, info() {}, warn() {}, error() {} },
  };
}

function revealed(credentials: S3Credentials): NonNullable<S3ClientConfig['credentials']> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const plain = { accessKeyId, secretAccessKey: secretAccessKey.reveal() };
  return sessionToken === undefined ? plain : { ...plain, sessionToken: sessionToken.reveal() };
}

interface SdkRequest {
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** COMPAT(OpenStack Swift s3api, 2.30): DeleteObjects wants Content-MD5, where the SDK sends a newer checksum only. */
function addContentMd5(client: S3Client): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const request = args.request as SdkRequest;
      if (context['commandName'] === 'DeleteObjectsCommand' && request.body !== undefined) {
        request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      }
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'contentMd5OfDeleteObjects' },
  );
}

/** The SDK signs a hash that is given and does not compute it again. */
function addKnownHash(client: S3Client, hashes: BodyHashes): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { body, headers } = args.request as SdkRequest;
      const known = body instanceof Uint8Array ? hashes.of(body) : undefined;
      if (known !== undefined) headers['x-amz-content-sha256'] = known;
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'knownPayloadHash' },
  );
}
