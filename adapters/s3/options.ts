/** What an operator can say of an S3 store, and what is taken where nothing is said. See `docs/adapters/s3.md`. */
import type { Clock } from '../../gateway/ports/clock.ts';
import { systemClock } from '../../gateway/ports/clock.ts';
import type { Secret } from '../../gateway/ports/secret.ts';

/** The S3 API's own lower limit of every part of a multipart upload but the last. */
export const minPartOctets = 5 * 1024 * 1024;

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  /** Of temporary credentials. */
  readonly sessionToken?: Secret;
}

/** How the server encrypts what it stores: with keys of its own, or of its key management. */
export type S3ServerSideEncryption =
  | { readonly mode: 'AES256' }
  /** Without a key id the server takes the bucket's own key. */
  | { readonly mode: 'aws:kms'; readonly keyId?: string };

/** See `docs/adapters/s3.md`. */
export interface S3BlobStoreOptions {
  /** `https://HOST[:PORT]`; undefined: AWS in the region. */
  readonly endpoint?: string;
  /** Part of every signature. Default `us-east-1`. */
  readonly region?: string;
  /** Must exist. */
  readonly bucket: string;
  /** The beginning of every object's name; a slash is put behind it. Default none. */
  readonly prefix?: string;
  /** Undefined: the SDK's own search (environment, web identity, container, instance). */
  readonly credentials?: S3Credentials;
  /** The bucket in the path, not in the host name. Default: true with an `endpoint`, false without one. */
  readonly forcePathStyle?: boolean;
  /** Certificates to trust, PEM, instead of those that Node trusts. */
  readonly ca?: string;
  readonly serverSideEncryption?: S3ServerSideEncryption;
  /**
   * Whether requests carry a CRC-32 besides their signed SHA-256, and answers are compared with theirs. `when-required`
   * (default) works with every server; AWS, and others that know the header, may have `when-supported`.
   */
  readonly checksums?: 'when-required' | 'when-supported';
  /** Octets of one part of a large blob, and the most that is put in one request. At least 5 MiB. Default 8 MiB. */
  readonly partOctets?: number;
  /** Parts of one blob that are on their way at once. Default 2. */
  readonly partsInFlight?: number;
  /**
   * Octets that large uploads may hold together, each one (`partsInFlight` + 1) parts. When there are more of them each one holds
   * a single part, and is slower. Default 256 MiB.
   */
  readonly bufferOctets?: number;
  /** Connections for reading blobs, and as many again for all the rest. Default 128. */
  readonly maxSockets?: number;
  /** Attempts of a request that fails in a way that may pass. Default 4. */
  readonly maxAttempts?: number;
  /** Milliseconds to get a connection in. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds that a connection may be silent while an answer is waited for. Default 30,000. */
  readonly idleTimeoutMs?: number;
  readonly clock?: Clock;
}

/** The options with every default filled in. */
export interface S3Settings {
  readonly endpoint: string | undefined;
  readonly region: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly credentials: S3Credentials | undefined;
  readonly forcePathStyle: boolean;
  readonly ca: string | undefined;
  readonly serverSideEncryption: S3ServerSideEncryption | undefined;
  readonly checksums: 'when-required' | 'when-supported';
  readonly partOctets: number;
  readonly partsInFlight: number;
  readonly bufferOctets: number;
  readonly maxSockets: number;
  readonly maxAttempts: number;
  readonly connectTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly clock: Clock;
}

export function settingsFrom(options: S3BlobStoreOptions): S3Settings {
  return {
    endpoint: options.endpoint,
    region: options.region ?? 'us-east-1',
    bucket: options.bucket,
    prefix: folderOf(options.prefix ?? ''),
    credentials: options.credentials,
    forcePathStyle: options.forcePathStyle ?? options.endpoint !== undefined,
    ca: options.ca,
    serverSideEncryption: options.serverSideEncryption,
    checksums: options.checksums ?? 'when-required',
    partOctets: Math.max(options.partOctets ?? 8 * 1024 * 1024, minPartOctets),
    partsInFlight: Math.max(options.partsInFlight ?? 2, 1),
    bufferOctets: options.bufferOctets ?? 256 * 1024 * 1024,
    maxSockets: options.maxSockets ?? 128,
    maxAttempts: options.maxAttempts ?? 4,
    connectTimeoutMs: options.connectTimeoutMs ?? 5000,
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
    clock: options.clock ?? systemClock,
  };
}

function folderOf(prefix: string): string {
  const trimmed = prefix.replace(/^\/+|\/+$/g, '');
  return trimmed === '' ? '' : `${trimmed}/`;
}
