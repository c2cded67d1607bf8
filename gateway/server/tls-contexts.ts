/** The certificates of a gateway: read from PEM files, and read again while it runs. */
import { readFile } from 'node:fs/promises';
import { GatewayError } from '../ports/errors.ts';
import type { Log } from '../ports/log.ts';
import type { Secret } from '../ports/secret.ts';
import { CertificateTable, loadCertificate } from './certificate-table.ts';
import type { CertificateChoices, LoadedCertificate } from './certificate-table.ts';
import type { TicketKeys } from './ticket-keys.ts';

export interface CertificateFiles {
  /** PEM: the certificate, then those between it and the root. */
  readonly certificateFile: string;
  /** PEM. */
  readonly privateKeyFile: string;
  /** Of an encrypted private key. */
  readonly passphrase?: Secret;
  /** Names it answers for; undefined: the DNS names in the certificate. */
  readonly serverNames?: readonly string[];
}

export interface TlsContextsOptions {
  /** The first one answers clients that give no name or one that no certificate has. */
  readonly certificates: readonly [CertificateFiles, ...CertificateFiles[]];
  /** The oldest version that is spoken; undefined: TLS 1.2. */
  readonly minVersion?: CertificateChoices['minVersion'];
  /** Undefined: each listener makes its own, so that sessions resume on the same listener of the same process only. */
  readonly ticketKeys?: TicketKeys;
  readonly log: Log;
}

export interface CertificateReload {
  /** Every certificate was read. */
  readonly ok: boolean;
  /** One sentence for each certificate that could not be read and whose predecessor stays in use. */
  readonly problems: readonly string[];
}

export interface TlsContexts {
  /** What is in use now. */
  readonly table: CertificateTable;
  readonly ticketKeys: TicketKeys | undefined;
  /**
   * Reads the files again, or other files when the configuration changed. New handshakes use what was read; a certificate that
   * does not parse leaves the one that came from its file in use, and where there was none, all that were in use. The result
   * says so. Never throws for a bad certificate.
   */
  reloadCertificates(certificates?: TlsContextsOptions['certificates']): Promise<CertificateReload>;
  /** Called after every reload with the table in use. */
  subscribe(listener: (table: CertificateTable) => void): Disposable;
}

/** @throws GatewayError `syntax` when any certificate cannot be read: a gateway does not start with half of them */
export async function loadTlsContexts(options: TlsContextsOptions): Promise<TlsContexts> {
  const attempts = await Promise.allSettled(
    options.certificates.map((files) => readCertificate(files, options.minVersion)),
  );
  const failures = attempts
    .filter((attempt) => attempt.status === 'rejected')
    .map((attempt): unknown => attempt.reason);
  const loaded = attempts.filter((attempt) => attempt.status === 'fulfilled').map((attempt) => attempt.value);
  const [first, ...rest] = loaded;
  if (failures.length > 0 || first === undefined) {
    const problems = failures.map(messageOf).join('; ');
    throw new GatewayError('syntax', problems, { cause: new AggregateError(failures) });
  }
  return new FileTlsContexts(options, new CertificateTable([first, ...rest]));
}

class FileTlsContexts implements TlsContexts {
  readonly ticketKeys: TicketKeys | undefined;
  readonly #log: Log;
  readonly #minVersion: CertificateChoices['minVersion'];
  readonly #listeners = new Set<(table: CertificateTable) => void>();
  /** What each pair of files gave last; keyed by the certificate's file. */
  #inUse: ReadonlyMap<string, LoadedCertificate>;
  #files: TlsContextsOptions['certificates'];
  #table: CertificateTable;

  constructor(options: TlsContextsOptions, table: CertificateTable) {
    this.ticketKeys = options.ticketKeys;
    this.#log = options.log;
    this.#minVersion = options.minVersion;
    this.#files = options.certificates;
    this.#table = table;
    this.#inUse = byFile(this.#files, table.certificates);
    this.#report();
  }

  get table(): CertificateTable {
    return this.#table;
  }

  async reloadCertificates(certificates = this.#files): Promise<CertificateReload> {
    const attempts = await Promise.allSettled(certificates.map((files) => readCertificate(files, this.#minVersion)));
    const problems: string[] = [];
    let complete = true;
    const loaded = new Map<string, LoadedCertificate>();
    for (const [index, attempt] of attempts.entries()) {
      const file = certificates[index]?.certificateFile ?? '';
      const previous = this.#inUse.get(file);
      if (attempt.status === 'fulfilled') {
        loaded.set(file, attempt.value);
      } else {
        problems.push(messageOf(attempt.reason));
        this.#log.error('tls.certificate-reload', {
          result: 'failed',
          kept: previous !== undefined,
          error: attempt.reason,
        });
        if (previous === undefined) complete = false;
        else loaded.set(file, previous);
      }
    }
    const [first, ...rest] = loaded.values();
    if (complete && first !== undefined) {
      this.#files = certificates;
      this.#inUse = loaded;
      this.#table = new CertificateTable([first, ...rest]);
      for (const listener of this.#listeners) listener(this.#table);
    }
    this.#report();
    return { ok: problems.length === 0, problems };
  }

  subscribe(listener: (table: CertificateTable) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  #report(): void {
    for (const { serverNames, notAfter, fingerprint } of this.#table.certificates) {
      this.#log.info('tls.certificate', { result: 'ok', serverNames, notAfter: notAfter.toISOString(), fingerprint });
    }
  }
}

function byFile(
  files: readonly CertificateFiles[],
  certificates: readonly LoadedCertificate[],
): ReadonlyMap<string, LoadedCertificate> {
  const entries = certificates.map((certificate, index) => [files[index]?.certificateFile ?? '', certificate] as const);
  return new Map(entries);
}

/** The message names the file: it is for the operator, and no client ever sees it. */
async function readCertificate(
  files: CertificateFiles,
  minVersion: CertificateChoices['minVersion'],
): Promise<LoadedCertificate> {
  try {
    const [certificate, privateKey] = await Promise.all([
      readFile(files.certificateFile, 'utf8'),
      readFile(files.privateKeyFile, 'utf8'),
    ]);
    const { serverNames, passphrase } = files;
    return loadCertificate(certificate, privateKey, { serverNames, passphrase, minVersion });
  } catch (error) {
    const reason = error instanceof GatewayError ? error.message : 'a file cannot be read';
    throw new GatewayError('syntax', `${files.certificateFile}: ${reason}`, { cause: error });
  }
}

function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
