/**
 * Real S3 servers for tests: Ceph's RADOS Gateway (`s3-ceph.ts`), and OpenStack Swift with s3api (`s3-swift.ts`) as a second
 * opinion. They differ in nearly everything that the S3 API leaves open.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { serviceUser, startedByRoot } from './peer.ts';
import { programPath } from './parts.ts';
import type { ProcessOptions } from './process.ts';

export interface S3Access {
  /** Without a slash at its end. Buckets are addressed in the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Certificate to trust (PEM); undefined without TLS. */
  readonly caFile: string | undefined;
}

export interface S3Server extends S3Access, AsyncDisposable {
  /** The server's own processes, now. */
  readonly pids: readonly number[];
  /** Makes a bucket and gives its name. */
  newBucket(): Promise<string>;
  /** Ends every process and removes the folder; the same as disposing of it. */
  stop(): Promise<void>;
}

/** Programs that are started by root run as the user of servers, in a process of the same id. */
export function asServiceUser(command: string, args: readonly string[]): Pick<ProcessOptions, 'command' | 'args'> {
  const path = programPath(command);
  if (!startedByRoot) return { command: path, args };
  const identity = [`--reuid=${serviceUser}`, `--regid=${serviceUser}`, '--clear-groups'];
  return { command: programPath('setpriv'), args: [...identity, '--', path, ...args] };
}

/** Makes a bucket of a random name with the SDK, which is loaded here and not before. */
export async function createBucket(access: S3Access): Promise<string> {
  const { CreateBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
  const client = new S3Client({
    endpoint: access.endpoint,
    region: access.region,
    forcePathStyle: true,
    credentials: { accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey },
    ...(access.caFile === undefined ? {} : { requestHandler: { httpsAgent: { ca: await readFile(access.caFile) } } }),
  });
  try {
    const name = `test-${randomBytes(8).toString('hex')}`;
    await client.send(new CreateBucketCommand({ Bucket: name }));
    return name;
  } finally {
    client.destroy();
  }
}

/** The status that a GET is answered with; undefined when nothing answers. */
export function statusOf(url: string, ca?: string): Promise<number | undefined> {
  const options = { agent: false, timeout: 2000, ...(ca === undefined ? {} : { ca }) };
  return new Promise((resolve) => {
    const request = (url.startsWith('https:') ? httpsRequest : httpRequest)(url, options, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => {
      resolve(undefined);
    });
    request.end();
  });
}
