/**
 * What TLS the gateway speaks: Mozilla's "intermediate" profile without its DHE suites, which is also what ANSSI's
 * "Recommandations de sécurité relatives à TLS" (2020) recommends: versions 1.2 and 1.3, ephemeral elliptic curves, AEAD.
 */
import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';

/**
 * In the server's order. AES-128 comes first because it is as good as AES-256 for every need of today and costs a quarter less;
 * clients without AES in hardware put ChaCha20 first and are given it (`SSL_OP_PRIORITIZE_CHACHA`).
 */
const ciphers = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** X25519 with ML-KEM-768 first: what is recorded today stays closed to the quantum computers of tomorrow. */
const groups = 'X25519MLKEM768:X25519:prime256v1:secp384r1';

/** Seconds for which a session may be resumed (RFC 8446 §4.6.1 allows seven days). */
const sessionLifetimeSeconds = 24 * 60 * 60;

/** Options of every context. Resumption with a ticket works across contexts that share this session id context. */
export const tlsPolicy: SecureContextOptions = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers,
  ecdhCurve: groups,
  honorCipherOrder: true,
  secureOptions:
    constants.SSL_OP_PRIORITIZE_CHACHA | constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  sessionIdContext: 'passerelle',
  sessionTimeout: sessionLifetimeSeconds,
};
