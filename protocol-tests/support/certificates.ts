/** Certificates for tests, made by openssl in a temporary folder. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TestCertificate {
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** What a client trusts to accept it: the certificate signs itself. */
  readonly ca: string;
}

export interface TestCertificates extends AsyncDisposable {
  readonly folder: string;
  /** A certificate for these DNS names, ECDSA P-256, in files of its own; a second one for the same name replaces the first. */
  make(fileName: string, ...dnsNames: readonly string[]): Promise<TestCertificate>;
}

export async function createTestCertificates(): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'passerelle-certificates-'));
  return {
    folder,
    async make(fileName, ...dnsNames) {
      const certificateFile = join(folder, `${fileName}.pem`);
      const privateKeyFile = join(folder, `${fileName}.key`);
      const names = dnsNames.map((name) => `DNS:${name}`).join(',');
      const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', privateKeyFile];
      const subject = ['-subj', `/CN=${fileName}`, '-addext', `subjectAltName=${names}`, '-days', '2'];
      await run('openssl', ['req', '-x509', ...key, ...subject, '-out', certificateFile]);
      return { certificateFile, privateKeyFile, ca: await readFile(certificateFile, 'utf8') };
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
