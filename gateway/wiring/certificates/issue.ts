/**
 * Makes X.509 certificates (RFC 5280) with ECDSA keys on P-256: an authority, and a server certificate signed by it.
 *
 * pkijs writes them, see docs/decisions/0006-certificates-by-pkijs.md. It takes a while to load: import this file only where a
 * certificate is to be made.
 */
import { createPrivateKey, KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { BitString, Integer, OctetString, Utf8String } from 'asn1js';
import {
  AltName,
  AttributeTypeAndValue,
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
  id_AuthorityKeyIdentifier,
  id_BasicConstraints,
  id_ExtKeyUsage,
  id_KeyUsage,
  id_SubjectAltName,
  id_SubjectKeyIdentifier,
  RelativeDistinguishedNames,
  Time,
  TimeType,
} from 'pkijs';

export interface CertificateAndKey {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

const commonNameId = '2.5.4.3';
const serverAuthId = '1.3.6.1.5.5.7.3.1';
const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** Clients whose clock is a little behind must not find a certificate that is not valid yet. */
const clockSkewMs = 3_600_000;
const dayMs = 86_400_000;

/** A certificate authority that signs itself and may sign server certificates only one level down. */
export async function issueAuthority(commonName: string, days: number, nowMs: number): Promise<CertificateAndKey> {
  const keys = await newKeys();
  const subject = nameOf(commonName);
  const certificate = await unsigned(keys, subject, subject, nowMs - clockSkewMs, nowMs + days * dayMs);
  certificate.extensions = [
    // RFC 5280 §4.2.1.9: cA, and no further authority below it.
    extension(id_BasicConstraints, true, new BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema()),
    // RFC 5280 §4.2.1.3: keyCertSign (bit 5) and cRLSign (bit 6).
    extension(id_KeyUsage, true, bits(0b0000_0110, 1)),
    extension(id_SubjectKeyIdentifier, false, await keyIdentifier(certificate)),
  ];
  return signed(certificate, keys, keys.privateKey);
}

/** A certificate for a TLS server. @param names host names and IP addresses; the first that is short enough is shown as its name */
export async function issueServerCertificate(
  authority: CertificateAndKey,
  names: readonly string[],
  days: number,
  nowMs: number,
): Promise<CertificateAndKey> {
  const keys = await newKeys();
  const issuer = Certificate.fromBER(new X509Certificate(authority.certificatePem).raw);
  // RFC 5280 appendix A.1: a common name has at most 64 characters; clients read the alternative names.
  const subject = nameOf(names.find((candidate) => candidate.length <= 64) ?? 'passerelle');
  const notBeforeMs = nowMs - clockSkewMs;
  const certificate = await unsigned(keys, subject, issuer.subject, notBeforeMs, notBeforeMs + days * dayMs);
  certificate.extensions = [
    extension(id_BasicConstraints, true, new BasicConstraints().toSchema()),
    // RFC 5280 §4.2.1.3: digitalSignature (bit 0), all that ECDHE with ECDSA needs.
    extension(id_KeyUsage, true, bits(0b1000_0000, 7)),
    extension(id_ExtKeyUsage, false, new ExtKeyUsage({ keyPurposes: [serverAuthId] }).toSchema()),
    extension(id_SubjectAltName, false, new AltName({ altNames: names.map(generalName) }).toSchema()),
    extension(id_SubjectKeyIdentifier, false, await keyIdentifier(certificate)),
    extension(
      id_AuthorityKeyIdentifier,
      false,
      new AuthorityKeyIdentifier({ keyIdentifier: await keyIdentifier(issuer) }).toSchema(),
    ),
  ];
  const authorityKey = createPrivateKey(authority.privateKeyPem).toCryptoKey(keyAlgorithm, false, ['sign']);
  return signed(certificate, keys, authorityKey);
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
}

/** RFC 5280 §4.1: a certificate of version 3 (written as 2) that lacks its extensions and its signature. */
async function unsigned(
  keys: webcrypto.CryptoKeyPair,
  subject: RelativeDistinguishedNames,
  issuer: RelativeDistinguishedNames,
  notBeforeMs: number,
  notAfterMs: number,
): Promise<Certificate> {
  const certificate = new Certificate({ version: 2, serialNumber: serialNumber(), subject, issuer });
  certificate.notBefore = time(notBeforeMs);
  certificate.notAfter = time(notAfterMs);
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey);
  return certificate;
}

async function signed(
  certificate: Certificate,
  keys: webcrypto.CryptoKeyPair,
  signer: webcrypto.CryptoKey,
): Promise<CertificateAndKey> {
  await certificate.sign(signer, 'SHA-256');
  return {
    certificatePem: new X509Certificate(new Uint8Array(certificate.toSchema().toBER())).toString(),
    privateKeyPem: KeyObject.from(keys.privateKey).export({ type: 'pkcs8', format: 'pem' }),
  };
}

/** RFC 5280 §4.1.2.2: positive, at most 20 octets; unpredictable, so that certificates cannot be guessed. */
function serialNumber(): Integer {
  const octets = new Uint8Array(randomBytes(16));
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return new Integer({ valueHex: octets });
}

function nameOf(commonName: string): RelativeDistinguishedNames {
  const value = new Utf8String({ value: commonName });
  return new RelativeDistinguishedNames({ typesAndValues: [new AttributeTypeAndValue({ type: commonNameId, value })] });
}

/** RFC 5280 §4.1.2.5: UTCTime up to the year 2049, GeneralizedTime after it; whole seconds, always Z. */
function time(epochMs: number): Time {
  const value = new Date(Math.floor(epochMs / 1000) * 1000);
  return new Time({ type: value.getUTCFullYear() < 2050 ? TimeType.UTCTime : TimeType.GeneralizedTime, value });
}

interface Encodable {
  toBER(): ArrayBuffer;
}

function extension(extnID: string, critical: boolean, value: Encodable): Extension {
  return new Extension({ extnID, critical, extnValue: value.toBER() });
}

/** @param unusedBits at the end of the octet, 0 to 7 */
function bits(octet: number, unusedBits: number): BitString {
  return new BitString({ valueHex: Uint8Array.of(octet), unusedBits });
}

/** RFC 5280 §4.2.1.2 method 1: the SHA-1 of the key's bit string. It names the key and protects nothing. */
async function keyIdentifier(certificate: Certificate): Promise<OctetString> {
  return new OctetString({ valueHex: await certificate.getKeyHash('SHA-1') });
}

/** RFC 5280 §4.2.1.6: iPAddress [7] for addresses, dNSName [2] for names. */
function generalName(text: string): GeneralName {
  const family = isIP(text);
  if (family === 0) return new GeneralName({ type: 2, value: text });
  const octets = family === 4 ? Uint8Array.from(text.split('.').map(Number)) : ipv6Octets(text);
  return new GeneralName({ type: 7, value: new OctetString({ valueHex: octets }) });
}

/** The 16 octets of an IPv6 address that `isIP` has accepted. */
function ipv6Octets(text: string): Uint8Array<ArrayBuffer> {
  // The URL parser writes every form, IPv4 endings too, as groups of hexadecimal digits with at most one `::`.
  const canonical = new URL(`http://[${text}]/`).hostname.slice(1, -1);
  const [head = '', tail] = canonical.split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = (tail ?? '').split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16));
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
}
