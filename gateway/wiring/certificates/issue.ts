/**
 * Makes X.509 certificates (RFC 5280) with ECDSA keys on P-256: an authority, and a server certificate signed by it.
 *
 * A certificate is some 400 octets of DER, and node:crypto has the keys and the signature: see
 * docs/decisions/0006-certificates-without-a-package.md.
 */
import { createHash, createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  derTrue,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';
import type { Der } from './der.ts';

export interface CertificateAndKey {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const oid = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** Clients whose clock is a little behind must not find a certificate that is not valid yet. */
const clockSkewMs = 3_600_000;
const dayMs = 86_400_000;

/** A certificate authority that signs itself and may sign server certificates only one level down. */
export function issueAuthority(commonName: string, days: number, nowMs: number): CertificateAndKey {
  const keys = newKeys();
  return certify(keys, keys, {
    subject: name(commonName),
    issuer: name(commonName),
    notBeforeMs: nowMs - clockSkewMs,
    notAfterMs: nowMs + days * dayMs,
    extensions: [
      // RFC 5280 §4.2.1.9: cA, and no further authority below it.
      extension(oid.basicConstraints, true, sequence(derTrue, integer(Uint8Array.of(0)))),
      // RFC 5280 §4.2.1.3: keyCertSign (bit 5) and cRLSign (bit 6).
      extension(oid.keyUsage, true, bitString(Uint8Array.of(0b0000_0110), 1)),
      extension(oid.subjectKeyIdentifier, false, octetString(keyIdentifier(keys.publicKey))),
    ],
  });
}

/** A certificate for a TLS server. @param names host names and IP addresses; the first that is short enough is shown as its name */
export function issueServerCertificate(
  authority: CertificateAndKey,
  names: readonly string[],
  days: number,
  nowMs: number,
): CertificateAndKey {
  const keys = newKeys();
  const issuer = new X509Certificate(authority.certificatePem);
  const signer = { privateKey: createPrivateKey(authority.privateKeyPem), publicKey: issuer.publicKey };
  return certify(keys, signer, {
    // RFC 5280 appendix A.1: a common name has at most 64 characters; clients read the alternative names.
    subject: name(names.find((candidate) => candidate.length <= 64) ?? 'passerelle'),
    issuer: name(commonNameOf(issuer)),
    notBeforeMs: nowMs - clockSkewMs,
    notAfterMs: nowMs - clockSkewMs + days * dayMs,
    extensions: [
      extension(oid.basicConstraints, true, sequence()),
      // RFC 5280 §4.2.1.3: digitalSignature (bit 0), all that ECDHE with ECDSA needs.
      extension(oid.keyUsage, true, bitString(Uint8Array.of(0b1000_0000), 7)),
      extension(oid.extendedKeyUsage, false, sequence(objectIdentifier(oid.serverAuth))),
      extension(oid.subjectAltName, false, sequence(...names.map(generalName))),
      extension(oid.subjectKeyIdentifier, false, octetString(keyIdentifier(keys.publicKey))),
      extension(oid.authorityKeyIdentifier, false, sequence(tagged(0x80, keyIdentifier(signer.publicKey)))),
    ],
  });
}

/** The common name of a certificate's subject; empty when it has none. */
export function commonNameOf(certificate: X509Certificate): string {
  return /^CN=(?<name>.*)$/m.exec(certificate.subject)?.groups?.['name'] ?? '';
}

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

function newKeys(): KeyPair {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

interface ToBeSigned {
  readonly subject: Der;
  readonly issuer: Der;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly extensions: readonly Der[];
}

/** RFC 5280 §4.1: the certificate is what is signed, with which algorithm, and the signature. */
function certify(keys: KeyPair, signer: KeyPair, certificate: ToBeSigned): CertificateAndKey {
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256));
  const toBeSigned = sequence(
    tagged(0xa0, integer(Uint8Array.of(2))),
    integer(serialNumber()),
    algorithm,
    certificate.issuer,
    sequence(time(certificate.notBeforeMs), time(certificate.notAfterMs)),
    certificate.subject,
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...certificate.extensions)),
  );
  const signature = sign('sha256', toBeSigned, { key: signer.privateKey, dsaEncoding: 'der' });
  const der = sequence(toBeSigned, algorithm, bitString(signature));
  return {
    certificatePem: new X509Certificate(der).toString(),
    privateKeyPem: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets; unpredictable, so that certificates cannot be guessed. */
function serialNumber(): Uint8Array {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return octets;
}

function name(commonName: string): Der {
  return sequence(set(sequence(objectIdentifier(oid.commonName), utf8String(commonName))));
}

function extension(id: string, critical: boolean, value: Der): Der {
  return sequence(objectIdentifier(id), ...(critical ? [derTrue] : []), octetString(value));
}

/** RFC 5280 §4.2.1.2 method 1: the SHA-1 of the key's bit string. It names the key and protects nothing. */
function keyIdentifier(publicKey: KeyObject): Uint8Array {
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const point = Buffer.concat([Uint8Array.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')]);
  return createHash('sha1').update(point).digest();
}

/** RFC 5280 §4.2.1.6: iPAddress [7] for addresses, dNSName [2] for names. */
function generalName(text: string): Der {
  const family = isIP(text);
  if (family === 0) return tagged(0x82, Buffer.from(text, 'ascii'));
  return tagged(0x87, family === 4 ? Uint8Array.from(text.split('.').map(Number)) : ipv6Octets(text));
}

/** The 16 octets of an IPv6 address that `isIP` has accepted. */
function ipv6Octets(text: string): Uint8Array {
  // The URL parser writes every form, IPv4 endings too, as groups of hexadecimal digits with at most one `::`.
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
