import type { Readable } from 'node:stream';
import type { ListMultipartUploadsCommand, ListMultipartUploadsCommandInput, S3Client } from '@aws-sdk/client-s3';
import type { OctetRange } from '../../gateway/ports/blob-store.ts';
import { GatewayError } from '../../gateway/ports/errors.ts';
import { createClients } from './client.ts';
import type { S3Clients } from './client.ts';
import { hasCode, storageError } from './errors.ts';
import { MultipartUpload } from './multipart-upload.ts';
import type { S3ServerSideEncryption, S3Settings } from './options.ts';
import { Slots } from './slots.ts';

/** Keys in one DeleteObjects, and in one page of a listing. */
export const pageSize = 1000;

export interface ListedObject {
  readonly name: string;
  readonly sizeOctets: number;
  /** By the server's clock; some servers round it to seconds. */
  readonly modifiedMs: number;
}

export interface ObjectHead {
  readonly sizeOctets: number;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface OpenedObject {
  readonly body: Readable;
  readonly sizeOctets: number;
}

export interface PutOptions {
  /** Of the octets, where it is known; the request is signed with it, so that the server refuses others. */
  readonly sha256?: string;
  /** Names in lower case. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Fails with `precondition-failed` when there is such an object already, or with `unsupported`. */
  readonly onlyNew?: boolean;
}

export interface ListedUpload {
  readonly name: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
}

/** One request of the S3 API as a call: its errors are GatewayErrors, an abort throws the signal's own reason. */
export type Run = <T>(
  signal: AbortSignal,
  request: (client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
) => Promise<T>;

/**
 * The objects of one bucket. Every call may fail with `unavailable`; what else it may fail with is said there.
 */
export class Bucket implements Disposable {
  readonly #clients: S3Clients;
  readonly #settings: S3Settings;
  readonly #encryption: EncryptionHeaders;
  readonly #downloads: Slots;
  readonly #requests: Slots;

  private constructor(clients: S3Clients, settings: S3Settings) {
    this.#clients = clients;
    this.#settings = settings;
    this.#encryption = encryptionHeaders(settings.serverSideEncryption);
    this.#downloads = new Slots(settings.maxSockets, settings.idleTimeoutMs);
    this.#requests = new Slots(settings.maxSockets, settings.idleTimeoutMs);
  }

  static async open(settings: S3Settings): Promise<Bucket> {
    return new Bucket(await createClients(settings), settings);
  }

  /** @throws GatewayError `precondition-failed`, `unsupported`, `over-quota`, `too-large` */
  async put(name: string, octets: Uint8Array, options: PutOptions, signal: AbortSignal): Promise<void> {
    await this.#clients.hashes.ensure(octets, options.sha256, signal);
    await this.#write(signal, async (client, send) => {
      const command = new this.#clients.sdk.PutObjectCommand({
        ...this.#named(name),
        ...this.#encryption,
        Body: octets,
        ContentLength: octets.byteLength,
        ContentType: 'application/octet-stream',
        ...(options.metadata === undefined ? {} : { Metadata: { ...options.metadata } }),
        ...(options.onlyNew === true ? { IfNoneMatch: '*' } : {}),
      });
      await client.send(command, send);
    });
  }

  /** @throws GatewayError `not-found` */
  async get(name: string, range: OctetRange | undefined, signal: AbortSignal): Promise<OpenedObject> {
    const slot = await this.#downloads.take(signal);
    try {
      const opened = await this.#open(name, range, signal);
      opened.body.once('close', () => slot[Symbol.dispose]());
      return opened;
    } catch (error) {
      slot[Symbol.dispose]();
      throw error;
    }
  }

  async #open(name: string, range: OctetRange | undefined, signal: AbortSignal): Promise<OpenedObject> {
    const output = await this.#run(this.#clients.reading, signal, (client, send) =>
      client.send(
        new this.#clients.sdk.GetObjectCommand({
          ...this.#named(name),
          ...(range === undefined ? {} : { Range: `bytes=${range.first}-${range.last}` }),
        }),
        send,
      ),
    );
    // In Node the SDK gives the answer itself, which is a Readable.
    const body = output.Body as Readable | undefined;
    const isWanted = range === undefined || output.ContentRange?.startsWith(`bytes ${range.first}-`) === true;
    if (body === undefined || output.ContentLength === undefined || !isWanted) {
      body?.destroy();
      throw new GatewayError('unavailable', 'the object storage answered with other octets than were asked for');
    }
    return { body, sizeOctets: output.ContentLength };
  }

  /** undefined when there is no such object */
  async head(name: string, signal: AbortSignal): Promise<ObjectHead | undefined> {
    const output = await unlessAbsent(
      this.#write(signal, (client, send) =>
        client.send(new this.#clients.sdk.HeadObjectCommand(this.#named(name)), send),
      ),
    );
    if (output === undefined) return undefined;
    return { sizeOctets: output.ContentLength ?? 0, metadata: output.Metadata ?? {} };
  }

  /** It is not an error if there is none. */
  async delete(name: string, signal: AbortSignal): Promise<void> {
    await unlessAbsent(
      this.#write(signal, (client, send) =>
        client.send(new this.#clients.sdk.DeleteObjectCommand(this.#named(name)), send),
      ),
    );
  }

  /** @param names any number */
  async deleteAll(names: readonly string[], signal: AbortSignal): Promise<void> {
    for (let start = 0; start < names.length; start += pageSize) {
      const objects = names.slice(start, start + pageSize).map((Key) => ({ Key }));
      const output = await this.#write(signal, (client, send) =>
        client.send(
          new this.#clients.sdk.DeleteObjectsCommand({
            Bucket: this.#settings.bucket,
            Delete: { Objects: objects, Quiet: true },
          }),
          send,
        ),
      );
      const failed = output.Errors?.find(({ Code }) => Code !== 'NoSuchKey');
      if (failed !== undefined) {
        const cause = new Error(`${failed.Code ?? 'an error'} of one object among ${objects.length}`);
        throw new GatewayError('unavailable', 'the object storage did not remove every object', { cause });
      }
    }
  }

  /** The objects whose names begin so, in the order of their names, a page at a time. */
  async *list(prefix: string, signal: AbortSignal, limit = pageSize): AsyncGenerator<readonly ListedObject[]> {
    let token: string | undefined;
    do {
      const page = { MaxKeys: limit, ...(token === undefined ? {} : { ContinuationToken: token }) };
      const output = await this.#write(signal, (client, send) =>
        client.send(
          new this.#clients.sdk.ListObjectsV2Command({ Bucket: this.#settings.bucket, Prefix: prefix, ...page }),
          send,
        ),
      );
      yield (output.Contents ?? []).map(({ Key, Size, LastModified }) => ({
        name: Key ?? '',
        sizeOctets: Size ?? 0,
        modifiedMs: LastModified?.getTime() ?? Number.POSITIVE_INFINITY,
      }));
      token = output.IsTruncated === true ? output.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** @throws GatewayError `over-quota` */
  startUpload(name: string, signal: AbortSignal): Promise<MultipartUpload> {
    const run: Run = (ofRequest, request) => this.#write(ofRequest, request);
    return MultipartUpload.start(this.#clients, run, { ...this.#named(name), ...this.#encryption }, signal);
  }

  /** An upload that somebody else has started. */
  foundUpload({ name, uploadId }: ListedUpload): MultipartUpload {
    const run: Run = (ofRequest, request) => this.#write(ofRequest, request);
    return new MultipartUpload(this.#clients, run, this.#named(name), uploadId);
  }

  /** Multipart uploads under way to names that begin so. */
  async *listUploads(prefix: string, signal: AbortSignal): AsyncGenerator<ListedUpload> {
    const { sdk } = this.#clients;
    const first = { Bucket: this.#settings.bucket, Prefix: prefix, MaxUploads: pageSize };
    let input: ListMultipartUploadsCommandInput | undefined = first;
    while (input !== undefined) {
      const command: ListMultipartUploadsCommand = new sdk.ListMultipartUploadsCommand(input);
      const output = await this.#write(signal, (client, send) => client.send(command, send));
      for (const { Key, UploadId, Initiated } of output.Uploads ?? []) {
        if (Key === undefined || UploadId === undefined) continue;
        yield { name: Key, uploadId: UploadId, initiatedMs: Initiated?.getTime() ?? Number.POSITIVE_INFINITY };
      }
      const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = output;
      input = output.IsTruncated === true ? { ...first, KeyMarker, UploadIdMarker } : undefined;
    }
  }

  [Symbol.dispose](): void {
    this.#clients[Symbol.dispose]();
  }

  #named(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.#settings.bucket, Key: name };
  }

  /** By the connections that no download holds. */
  async #write<T>(
    signal: AbortSignal,
    request: (client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    using _slot = await this.#requests.take(signal);
    return await this.#run(this.#clients.writing, signal, request);
  }

  async #run<T>(
    client: S3Client,
    signal: AbortSignal,
    request: (client: S3Client, options: { readonly abortSignal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    signal.throwIfAborted();
    try {
      return await request(client, { abortSignal: signal });
    } catch (error) {
      signal.throwIfAborted();
      throw storageError(error);
    }
  }
}

export interface EncryptionHeaders {
  readonly ServerSideEncryption?: 'AES256' | 'aws:kms';
  readonly SSEKMSKeyId?: string;
}

function encryptionHeaders(encryption: S3ServerSideEncryption | undefined): EncryptionHeaders {
  if (encryption === undefined) return {};
  if (encryption.mode === 'AES256' || encryption.keyId === undefined) return { ServerSideEncryption: encryption.mode };
  return { ServerSideEncryption: encryption.mode, SSEKMSKeyId: encryption.keyId };
}

async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (hasCode(error, 'not-found')) return undefined;
    throw error;
  }
}
