/**
 * The local certificate authority and the server certificate that it makes, in `dataDir/tls`.
 *
 * The authority stays the same for ten years, so that clients are told once to trust it; the server's certificate is made
 * anew when it nears its end or when names were added.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../ports/clock.ts';
import type { CertificateAndKey } from './issue.ts';
import { replaceFile } from './private-file.ts';
import { canonicalAddress, namesOf } from './names.ts';

const dayMs = 86_400_000;
const authorityDays = 3650;
/** Apple and browsers take no server certificate of more than 398 days. */
const serverDays = 397;
const renewBeforeMs = 30 * dayMs;

export interface LocalCertificates {
  /** Of the authority: what people install on their machines. */
  readonly authorityFile: string;
  readonly certificateFile: string;
  readonly privateKeyFile: string;
  /** Whether the server's certificate was made now. */
  readonly renewed: boolean;
}

/** Where the authority's certificate is, whether or not it was made yet. */
export function authorityFileIn(dataDir: string): string {
  return join(dataDir, 'tls', 'ca.crt');
}

/**
 * Gives the certificates, making what is missing, ends within 30 days or lacks a name.
 * @param names host names and addresses of this gateway, the host name first
 */
export async function localCertificates(
  dataDir: string,
  names: readonly string[],
  clock: Clock,
): Promise<LocalCertificates> {
  const folder = join(dataDir, 'tls');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const nowMs = clock.nowMs();
  const wanted = [...new Set(names.map(canonicalAddress))];
  const kept = await readPair(folder, 'ca');
  const keptAuthority = kept !== undefined && isAuthorityGood(kept, nowMs) ? kept : undefined;
  const authority = keptAuthority ?? (await makeAuthority(wanted[0] ?? 'localhost', nowMs));
  if (keptAuthority === undefined) await writePair(folder, 'ca', authority);

  const keptServer = await readPair(folder, 'server');
  const good = keptServer !== undefined && isServerGood(keptServer, authority, wanted, nowMs);
  if (!good) await writePair(folder, 'server', await makeServer(authority, wanted, nowMs));
  return {
    authorityFile: authorityFileIn(dataDir),
    certificateFile: join(folder, 'server.crt'),
    privateKeyFile: join(folder, 'server.key'),
    renewed: !good,
  };
}

// A start that makes no certificate does not load what makes them, so both of these import it themselves.
async function makeAuthority(hostname: string, nowMs: number): Promise<CertificateAndKey> {
  const { issueAuthority } = await import('./issue.ts');
  // RFC 5280 appendix A.1: a common name has at most 64 characters.
  return issueAuthority(`Passerelle local authority (${hostname})`.slice(0, 64), authorityDays, nowMs);
}

async function makeServer(
  authority: CertificateAndKey,
  names: readonly string[],
  nowMs: number,
): Promise<CertificateAndKey> {
  const { issueServerCertificate } = await import('./issue.ts');
  return issueServerCertificate(authority, names, serverDays, nowMs);
}

function isAuthorityGood(pair: CertificateAndKey, nowMs: number): boolean {
  const certificate = new X509Certificate(pair.certificatePem);
  // Its own certificates must not outlive it.
  return (
    certificate.ca &&
    nowMs + serverDays * dayMs < certificate.validToDate.getTime() &&
    belongTogether(pair, certificate)
  );
}

function isServerGood(
  pair: CertificateAndKey,
  authority: CertificateAndKey,
  wanted: readonly string[],
  nowMs: number,
): boolean {
  const certificate = new X509Certificate(pair.certificatePem);
  const present = new Set(namesOf(certificate));
  return (
    wanted.every((name) => present.has(name)) &&
    certificate.validFromDate.getTime() <= nowMs &&
    nowMs < certificate.validToDate.getTime() - renewBeforeMs &&
    certificate.verify(new X509Certificate(authority.certificatePem).publicKey) &&
    belongTogether(pair, certificate)
  );
}

function belongTogether(pair: CertificateAndKey, certificate: X509Certificate): boolean {
  return certificate.checkPrivateKey(createPrivateKey(pair.privateKeyPem));
}

async function readPair(folder: string, stem: string): Promise<CertificateAndKey | undefined> {
  const [certificatePem, privateKeyPem] = await Promise.all([
    readIfThere(join(folder, `${stem}.crt`)),
    readIfThere(join(folder, `${stem}.key`)),
  ]);
  return certificatePem === undefined || privateKeyPem === undefined ? undefined : { certificatePem, privateKeyPem };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The key first: a certificate that is there has its key. */
async function writePair(folder: string, stem: string, pair: CertificateAndKey): Promise<void> {
  await replaceFile(join(folder, `${stem}.key`), pair.privateKeyPem, 0o600);
  await replaceFile(join(folder, `${stem}.crt`), pair.certificatePem, 0o644);
}
