import type { CompletedPart } from '@aws-sdk/client-s3';
import { GatewayError } from '../../gateway/ports/errors.ts';
import type { EncryptionHeaders, Run } from './bucket.ts';
import type { S3Clients } from './client.ts';
import { hasCode } from './errors.ts';

interface Target {
  readonly Bucket: string;
  readonly Key: string;
}

/** A multipart upload: nothing of it is visible before it is completed. Parts may be sent in any order, several at once. */
export class MultipartUpload {
  readonly uploadId: string;
  readonly #clients: S3Clients;
  readonly #run: Run;
  readonly #target: Target;
  readonly #parts = new Map<number, CompletedPart>();

  constructor(clients: S3Clients, run: Run, target: Target, uploadId: string) {
    this.#clients = clients;
    this.#run = run;
    this.#target = target;
    this.uploadId = uploadId;
  }

  static async start(
    clients: S3Clients,
    run: Run,
    { Bucket, Key, ...encryption }: Target & EncryptionHeaders,
    signal: AbortSignal,
  ): Promise<MultipartUpload> {
    const target = { Bucket, Key };
    const input = { ...target, ...encryption, ContentType: 'application/octet-stream' };
    const { UploadId } = await run(signal, (client, options) =>
      client.send(new clients.sdk.CreateMultipartUploadCommand(input), options),
    );
    if (UploadId === undefined) throw incomplete('an upload without an id');
    return new MultipartUpload(clients, run, target, UploadId);
  }

  /** @param number from 1 to 10,000 */
  async put(number: number, octets: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#clients.hashes.ensure(octets, undefined, signal);
    const { ETag } = await this.#run(signal, (client, options) =>
      client.send(
        new this.#clients.sdk.UploadPartCommand({
          ...this.#target,
          UploadId: this.uploadId,
          PartNumber: number,
          Body: octets,
          ContentLength: octets.byteLength,
        }),
        options,
      ),
    );
    this.#add(number, ETag);
  }

  /** Takes another object of the bucket as a part, without its octets coming by. @throws GatewayError `not-found` */
  async copy(number: number, name: string, signal: AbortSignal): Promise<void> {
    const { CopyPartResult } = await this.#run(signal, (client, options) =>
      client.send(
        new this.#clients.sdk.UploadPartCopyCommand({
          ...this.#target,
          UploadId: this.uploadId,
          PartNumber: number,
          CopySource: `${this.#target.Bucket}/${name.split('/').map(encodeURIComponent).join('/')}`,
        }),
        options,
      ),
    );
    this.#add(number, CopyPartResult?.ETag);
  }

  /**
   * Makes the parts one object.
   * @throws GatewayError `not-found` (the upload was aborted, or it was completed by a try before)
   */
  async complete(signal: AbortSignal): Promise<void> {
    const parts = [...this.#parts].sort(([one], [other]) => one - other).map(([, part]) => part);
    await this.#run(signal, (client, options) =>
      client.send(
        new this.#clients.sdk.CompleteMultipartUploadCommand({
          ...this.#target,
          UploadId: this.uploadId,
          MultipartUpload: { Parts: parts },
        }),
        options,
      ),
    );
  }

  /** It is not an error if it is gone. */
  async abort(signal: AbortSignal): Promise<void> {
    try {
      await this.#run(signal, (client, options) =>
        client.send(
          new this.#clients.sdk.AbortMultipartUploadCommand({ ...this.#target, UploadId: this.uploadId }),
          options,
        ),
      );
    } catch (error) {
      if (!hasCode(error, 'not-found')) throw error;
    }
  }

  /** When its last part came; undefined without one. @throws GatewayError `not-found` */
  async lastPartMs(signal: AbortSignal): Promise<number | undefined> {
    let last: number | undefined;
    let marker: string | undefined;
    do {
      const input = {
        ...this.#target,
        UploadId: this.uploadId,
        ...(marker === undefined ? {} : { PartNumberMarker: marker }),
      };
      const output = await this.#run(signal, (client, options) =>
        client.send(new this.#clients.sdk.ListPartsCommand(input), options),
      );
      for (const { LastModified } of output.Parts ?? []) {
        const modifiedMs = LastModified?.getTime() ?? Number.POSITIVE_INFINITY;
        last = Math.max(last ?? modifiedMs, modifiedMs);
      }
      marker = output.IsTruncated === true ? output.NextPartNumberMarker : undefined;
    } while (marker !== undefined);
    return last;
  }

  #add(number: number, etag: string | undefined): void {
    if (etag === undefined) throw incomplete('a part without an entity tag');
    this.#parts.set(number, { PartNumber: number, ETag: etag });
  }
}

function incomplete(what: string): GatewayError {
  return new GatewayError('unavailable', `the object storage answered with ${what}`);
}
