/** The certificate files that the configuration asks for, whatever their origin. */
import { resolve } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { CertificateFiles } from '../../server/tls-contexts.ts';
import type { Config, Environment } from '../config/load.ts';
import { ConfigError } from '../config/problems.ts';
import { resolveSecret } from '../config/secret-reference.ts';
import { localCertificates } from './self-signed.ts';

export interface Certificates {
  /** The first is served to clients that ask for no name that is known. */
  readonly files: readonly [CertificateFiles, ...CertificateFiles[]];
  /** The local authority's certificate; undefined when certificates come from the configuration. */
  readonly authorityFile: string | undefined;
  /** Whether one was made now. */
  readonly renewed: boolean;
}

/** Makes the local certificates where they are asked for. @throws ConfigError a passphrase is gone since the configuration was checked */
export async function prepareCertificates(
  config: Config,
  dataDir: string,
  environment: Environment,
  clock: Clock,
): Promise<Certificates> {
  const { tls } = config.server;
  const [first, ...others] = await Promise.all(tls.certificates.map((one) => filesOf(one, config, environment)));
  if (tls.mode === 'files' && first !== undefined) {
    return { files: [first, ...others], authorityFile: undefined, renewed: false };
  }
  const { authorityFile, certificateFile, privateKeyFile, renewed } = await localCertificates(
    dataDir,
    localNames(config),
    clock,
  );
  return { files: [{ certificateFile, privateKeyFile }], authorityFile, renewed };
}

/** The names that the local certificate must have: every name and address by which this machine's people may come. */
export function localNames(config: Config): readonly string[] {
  const domains = Object.entries(config.domains).flatMap(([name, domain]) => [name, ...domain.aliases]);
  return [config.server.hostname, ...domains, 'localhost', '127.0.0.1', '::1'];
}

async function filesOf(
  { names, certFile, keyFile, keyPassphrase }: Config['server']['tls']['certificates'][number],
  { file, baseDir }: Config,
  environment: Environment,
): Promise<CertificateFiles> {
  const passphrase =
    keyPassphrase === undefined ? undefined : await resolveSecret(keyPassphrase, { baseDir, environment });
  if (passphrase?.ok === false)
    throw new ConfigError(file, [{ path: '', line: 0, column: 0, message: passphrase.reason }]);
  return {
    certificateFile: resolve(baseDir, certFile),
    privateKeyFile: resolve(baseDir, keyFile),
    ...(names === undefined ? {} : { serverNames: names }),
    ...(passphrase === undefined ? {} : { passphrase: passphrase.secret }),
  };
}
