/** Certificates that an administrator keeps in files: read, checked, and said what is wrong with them. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Secret } from '../../ports/secret.ts';
import { resolveSecret } from '../config/secret-reference.ts';
import type { SecretSource } from '../config/secret-reference.ts';
import type { ServerConfig } from '../config/server.ts';
import { namesOf, notAfterOf } from './served.ts';
import type { ServedCertificate } from './served.ts';

export type CertificateFiles = ServerConfig['tls']['certificates'][number];

/** What is wrong with one certificate of the configuration. The message names the files and holds nothing of the key. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** @throws CertificateError */
export async function certificateFromFiles(files: CertificateFiles, source: SecretSource): Promise<ServedCertificate> {
  const certificatePem = await read(files.certFile, source);
  const keyPem = await read(files.keyFile, source);
  const certificate = parseCertificate(certificatePem, files.certFile);
  const key = parseKey(keyPem, await passphrase(files, source), files);
  if (!certificate.checkPrivateKey(key)) {
    throw new CertificateError(`the key in ${files.keyFile} is not the one of the certificate in ${files.certFile}`);
  }
  const names = files.names ?? namesOf(certificate);
  if (names.length === 0)
    throw new CertificateError(`the certificate in ${files.certFile} has no names; say for which it is served`);
  return {
    names,
    certificatePem,
    privateKeyPem: new Secret(key.export({ type: 'pkcs8', format: 'pem' }).toString()),
    notAfterMs: notAfterOf(certificate),
  };
}

async function read(path: string, source: SecretSource): Promise<string> {
  try {
    return await readFile(resolve(source.baseDir, path), 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CertificateError(code === 'ENOENT' ? `there is no file ${path}` : `${path} cannot be read (${code})`, {
      cause: error,
    });
  }
}

function parseCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw new CertificateError(`${path} does not hold a PEM certificate`, { cause: error });
  }
}

async function passphrase(files: CertificateFiles, source: SecretSource): Promise<string | undefined> {
  if (files.keyPassphrase === undefined) return undefined;
  const resolved = await resolveSecret(files.keyPassphrase, source);
  if (!resolved.ok) throw new CertificateError(`the passphrase of ${files.keyFile}: ${resolved.reason}`);
  return resolved.secret.reveal();
}

function parseKey(pem: string, secret: string | undefined, files: CertificateFiles): KeyObject {
  try {
    return createPrivateKey({ key: pem, ...(secret === undefined ? {} : { passphrase: secret }) });
  } catch (error) {
    const hint = pem.includes('ENCRYPTED') ? ': it is encrypted, and keyPassphrase is missing or wrong' : '';
    throw new CertificateError(`${files.keyFile} does not hold a private key that can be read${hint}`, {
      cause: error,
    });
  }
}
