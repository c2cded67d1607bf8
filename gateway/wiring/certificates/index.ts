/** The certificates that the configuration asks for, whatever their origin. */
import type { Clock } from '../../ports/clock.ts';
import type { Config, Environment } from '../config/load.ts';
import { certificateFromFiles } from './from-files.ts';
import { localCertificates } from './self-signed.ts';
import type { ServedCertificate } from './served.ts';

export interface Certificates {
  /** At least one; the first is served to clients that ask for no name that is known. */
  readonly served: readonly ServedCertificate[];
  /** Where the local authority's certificate is; undefined when certificates come from files. */
  readonly authorityFile: string | undefined;
  /** Whether one was made now. */
  readonly renewed: boolean;
}

/** @throws CertificateError what is wrong with a certificate that the configuration names */
export async function loadCertificates(
  config: Config,
  dataDir: string,
  environment: Environment,
  clock: Clock,
): Promise<Certificates> {
  const { tls } = config.server;
  if (tls.mode === 'self-signed') {
    const local = await localCertificates(dataDir, localNames(config), clock);
    return { served: [local.served], authorityFile: local.authorityFile, renewed: local.renewed };
  }
  const source = { baseDir: config.baseDir, environment };
  const served = await Promise.all(tls.certificates.map((files) => certificateFromFiles(files, source)));
  return { served, authorityFile: undefined, renewed: false };
}

/** The names that the local certificate must have: every name and address by which this machine's people may come. */
export function localNames(config: Config): readonly string[] {
  const domains = Object.entries(config.domains).flatMap(([name, domain]) => [name, ...domain.aliases]);
  return [config.server.hostname, ...domains, 'localhost', '127.0.0.1', '::1'];
}
