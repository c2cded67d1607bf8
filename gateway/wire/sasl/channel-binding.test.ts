import { createHash } from 'node:crypto';
import test from 'ava';
import { serverEndPoint, tlsExporter } from './channel-binding.ts';

const certificate = Buffer.from('a certificate');
const digest = (algorithm: string) => createHash(algorithm).update(certificate).digest();

for (const [signature, used] of [
  ['md5', 'sha256'],
  ['sha1', 'sha256'],
  ['sha256', 'sha256'],
  ['sha384', 'sha384'],
  ['sha512', 'sha512'],
] as const) {
  test(`rfc5929 4.1: a certificate signed with ${signature} is hashed with ${used}`, (t) => {
    const binding = serverEndPoint(certificate, signature);
    t.is(binding?.type, 'tls-server-end-point');
    t.deepEqual(Buffer.from(binding?.data ?? []), digest(used));
  });
}

test('rfc5929 4.1: a signature without a hash of its own gives no binding', (t) => {
  t.is(serverEndPoint(certificate, undefined), undefined);
});

test('rfc9266 2: what is exported', (t) => {
  t.deepEqual({ ...tlsExporter }, { label: 'EXPORTER-Channel-Binding', lengthOctets: 32, context: '' });
});
