/** Which certificate answers for which server name. */
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { SecureContext, SecureContextOptions } from 'node:tls';
import { GatewayError } from '../ports/errors.ts';
import type { Secret } from '../ports/secret.ts';
import { tlsPolicy } from './tls-policy.ts';

/** A certificate with its key, ready to be used. */
export interface LoadedCertificate {
  /** Names it answers for, lower case; `*.example.org` stands for one label. */
  readonly serverNames: readonly string[];
  readonly notAfter: Date;
  /** SHA-256 of the certificate, upper-case hexadecimal with colons, for logs. */
  readonly fingerprint: string;
  readonly options: SecureContextOptions;
  readonly context: SecureContext;
}

export interface CertificateChoices {
  /** Names it answers for; undefined: the DNS names in the certificate (RFC 9525 §6.3). */
  readonly serverNames?: readonly string[] | undefined;
  /** Of an encrypted private key. */
  readonly passphrase?: Secret | undefined;
  /** The oldest version that is spoken; undefined: that of the policy. */
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
}

/**
 * @param certificatePem the certificate first, then those between it and the root
 * @throws GatewayError `syntax` (PEM does not parse, or the key is another certificate's)
 */
export function loadCertificate(
  certificatePem: string,
  privateKeyPem: string,
  choices: CertificateChoices = {},
): LoadedCertificate {
  const { serverNames, passphrase, minVersion } = choices;
  try {
    const certificate = new X509Certificate(certificatePem);
    const decryption = passphrase === undefined ? {} : { passphrase: passphrase.reveal() };
    const privateKey = createPrivateKey({ key: privateKeyPem, ...decryption });
    if (!certificate.checkPrivateKey(privateKey)) {
      throw new GatewayError('syntax', 'the private key does not belong to the certificate');
    }
    const options = {
      ...tlsPolicy,
      ...(minVersion === undefined ? {} : { minVersion }),
      cert: certificatePem,
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    };
    return {
      serverNames: (serverNames ?? dnsNames(certificate)).map((name) => name.toLowerCase()),
      notAfter: certificate.validToDate,
      fingerprint: certificate.fingerprint256,
      options,
      context: createSecureContext(options),
    };
  } catch (error) {
    if (error instanceof GatewayError) throw error;
    throw new GatewayError('syntax', 'the certificate or its private key is not readable PEM', { cause: error });
  }
}

/** Node writes `DNS:a.example, IP Address:192.0.2.1`; a name with unusual characters is quoted and no host name. */
function dnsNames(certificate: X509Certificate): string[] {
  const entries = (certificate.subjectAltName ?? '').split(', ');
  return entries.filter((entry) => /^DNS:[A-Za-z0-9.*_-]+$/.test(entry)).map((entry) => entry.slice('DNS:'.length));
}

export class CertificateTable {
  /** In the order of the configuration; the first answers when no name is given or none fits. */
  readonly certificates: readonly [LoadedCertificate, ...LoadedCertificate[]];
  readonly #byName = new Map<string, SecureContext>();

  constructor(certificates: readonly [LoadedCertificate, ...LoadedCertificate[]]) {
    this.certificates = certificates;
    for (const { serverNames, context } of certificates) {
      for (const name of serverNames) if (!this.#byName.has(name)) this.#byName.set(name, context);
    }
  }

  /** The context for a name of SNI; a wildcard stands for the first label and no other (RFC 9525 §6.3). */
  find(serverName: string): SecureContext {
    const name = serverName.toLowerCase();
    const dot = name.indexOf('.');
    const wildcard = dot < 1 ? undefined : this.#byName.get(`*${name.slice(dot)}`);
    return this.#byName.get(name) ?? wildcard ?? this.certificates[0].context;
  }
}
