/** A certificate for the peers (Apache, nginx) of a test run, by openssl; the same kind as the gateway's own. */
import { join } from 'node:path';
import { runToSuccess } from './process.ts';

export interface ServerCertificate {
  readonly certificateFile: string;
  readonly keyFile: string;
  /** What a client must trust: the certificate signs itself. */
  readonly caFile: string;
}

/** ECDSA P-256, good for 127.0.0.1 and localhost for two days. */
export async function createServerCertificate(folder: string, name: string): Promise<ServerCertificate> {
  const certificateFile = join(folder, `${name}.crt`);
  const keyFile = join(folder, `${name}.key`);
  await runToSuccess({
    command: 'openssl',
    args: [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -sha256 -days 2'.split(' '),
      ...`-subj /CN=${name} -addext subjectAltName=IP:127.0.0.1,DNS:localhost`.split(' '),
      '-keyout',
      keyFile,
      '-out',
      certificateFile,
    ],
  });
  return { certificateFile, keyFile, caFile: certificateFile };
}
