import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import test from 'ava';
import type { ChannelBinding } from './channel-binding.ts';
import { dummyScramSecret, ScramServer, type ScramHashName, type ScramServerOptions } from './scram-server.ts';

const octets = (text: string) => new Uint8Array(Buffer.from(text));
const text = (value: Uint8Array) => Buffer.from(value).toString();
const digests = { 'SHA-1': ['sha1', 20], 'SHA-256': ['sha256', 32] } as const;

function keys(hash: ScramHashName, password: string, salt: Uint8Array, iterations: number) {
  const [digest, length] = digests[hash];
  const salted = pbkdf2Sync(password, salt, iterations, length, digest);
  const clientKey = createHmac(digest, salted).update('Client Key').digest();
  const serverKey = createHmac(digest, salted).update('Server Key').digest();
  const storedKey = createHash(digest).update(clientKey).digest();
  return { salt, iterations, clientKey, storedKey, serverKey };
}

const examples = [
  {
    origin: 'rfc5802 5',
    hash: 'SHA-1',
    first: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    nonce: '3rfcNHYJY1ZVvWVs7j',
    salt: 'QSXCR+Q6sek8bf92',
    challenge: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    final: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    end: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  },
  {
    origin: 'rfc7677 3',
    hash: 'SHA-256',
    first: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
    salt: 'W22ZaJ0SNY7soEsUEjb6gQ==',
    challenge: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    final: 'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    end: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
  },
] as const;

for (const example of examples) {
  test(`${example.origin}: the example, message by message`, (t) => {
    const { hash, nonce } = example;
    const server = new ScramServer({ hash, nonce, plus: false, plusOffered: false, channelBindings: [] });
    t.deepEqual(server.begin(octets(example.first)), { ok: true, username: 'user', authzid: undefined });
    const secret = keys(hash, 'pencil', Buffer.from(example.salt, 'base64'), 4096);
    t.is(text(server.challenge(secret)), example.challenge);
    const verdict = server.finish(octets(example.final));
    t.true(verdict.ok);
    t.is(text(verdict.message), example.end);
  });
}

const exporter: ChannelBinding = { type: 'tls-exporter', data: Buffer.alloc(32, 7) };
const secret = keys('SHA-256', 'pencil', Buffer.alloc(16, 1), 4096);

interface Client {
  readonly gs2?: string;
  readonly binding?: Uint8Array;
  readonly password?: string;
  readonly nonce?: string;
  readonly final?: (honest: string) => string;
}

/** A whole exchange with a client that is honest but for what is given. @returns `ok` or the error */
function exchange(options: Partial<ScramServerOptions>, client: Client): string {
  const server = new ScramServer({
    hash: 'SHA-256',
    nonce: 'servernonce',
    plus: false,
    plusOffered: false,
    channelBindings: [],
    ...options,
  });
  const gs2 = client.gs2 ?? 'n,,';
  const bare = 'n=user,r=clientnonce';
  const begun = server.begin(octets(gs2 + bare));
  if (!begun.ok) return begun.error;
  const challenge = text(server.challenge(secret));
  const binding = Buffer.concat([Buffer.from(gs2), client.binding ?? new Uint8Array()]).toString('base64');
  const withoutProof = `c=${binding},r=${client.nonce ?? 'clientnonceservernonce'}`;
  const own = keys('SHA-256', client.password ?? 'pencil', secret.salt, secret.iterations);
  const signature = createHmac('sha256', own.storedKey).update(`${bare},${challenge},${withoutProof}`).digest();
  const proof = Buffer.from(own.clientKey.map((octet, index) => octet ^ (signature[index] ?? 0)));
  const honest = `${withoutProof},p=${proof.toString('base64')}`;
  const verdict = server.finish(octets(client.final?.(honest) ?? honest));
  if (verdict.ok) return 'ok';
  return text(verdict.message) === `e=${verdict.error}` ? verdict.error : 'inconsistent';
}

const plus = { plus: true, plusOffered: true, channelBindings: [exporter] };
const bound = { gs2: 'p=tls-exporter,,', binding: exporter.data };

const outcomes: readonly [title: string, options: Partial<ScramServerOptions>, client: Client, outcome: string][] = [
  ['rfc5802 3: the right password', {}, {}, 'ok'],
  ['rfc5802 3: a wrong password', {}, { password: 'pen' }, 'invalid-proof'],
  ['rfc5802 7: an authorization identity is signed too', {}, { gs2: 'n,a=other,' }, 'ok'],
  ['rfc5802 6: the client could bind, the server does not', {}, { gs2: 'y,,' }, 'ok'],
  [
    'rfc5802 6: an offer was taken out on the way',
    { plusOffered: true },
    { gs2: 'y,,' },
    'server-does-support-channel-binding',
  ],
  ['rfc5802 6: no binding where it was offered', { plusOffered: true }, { gs2: 'n,,' }, 'ok'],
  ['rfc9266 2: bound by tls-exporter', plus, bound, 'ok'],
  [
    'rfc5802 6: bound to another channel',
    plus,
    { ...bound, binding: Buffer.alloc(32, 8) },
    'channel-bindings-dont-match',
  ],
  ['rfc5802 6: binding announced and not given', plus, { gs2: bound.gs2 }, 'channel-bindings-dont-match'],
  ['rfc5802 6: -PLUS without binding', plus, { gs2: 'n,,' }, 'channel-bindings-dont-match'],
  ['rfc5802 6: a type that is not to be had', plus, { gs2: 'p=tls-unique,,' }, 'unsupported-channel-binding-type'],
  ['rfc5802 6: binding without -PLUS', { channelBindings: [exporter] }, bound, 'channel-binding-not-supported'],
  ['rfc5802 5.1: a mandatory extension', {}, { gs2: 'n,,m=x,' }, 'extensions-not-supported'],
  ['not SCRAM at all', {}, { gs2: 'hello' }, 'invalid-encoding'],
  ['rfc5802 5.1: another nonce', {}, { nonce: 'clientnonceother' }, 'other-error'],
  ['rfc5802 5.1: the client nonce alone', {}, { nonce: 'clientnonce' }, 'other-error'],
  ['another GS2 header at the end', {}, { final: (f) => f.replace('c=biws', 'c=eSws') }, 'channel-bindings-dont-match'],
  ['a proof that is too short', {}, { final: (f) => f.replace(/p=.*/, 'p=AAAA') }, 'invalid-proof'],
  ['an empty proof', {}, { final: (f) => f.replace(/p=.*/, 'p=') }, 'invalid-proof'],
  [
    'a proof of zeros',
    {},
    { final: (f) => f.replace(/p=.*/, `p=${Buffer.alloc(32).toString('base64')}`) },
    'invalid-proof',
  ],
  ['something that was not signed', {}, { final: (f) => f.replace(',p=', ',x=1,p=') }, 'invalid-proof'],
  ['an end that is not well formed', {}, { final: () => 'p=' }, 'invalid-encoding'],
];

for (const [title, options, client, outcome] of outcomes) {
  test(`${title}: ${outcome}`, (t) => {
    t.is(exchange(options, client), outcome);
  });
}

test('messages out of order are a fault of the caller, and one exchange is one try', (t) => {
  const server = new ScramServer({ hash: 'SHA-256', nonce: 'n', plus: false, plusOffered: false, channelBindings: [] });
  t.throws(() => server.challenge(secret));
  t.throws(() => server.finish(octets('')));
  server.begin(octets('n,,n=user,r=x'));
  t.throws(() => server.begin(octets('n,,n=user,r=x')));
  server.challenge(secret);
  t.false(server.finish(octets('c=biws,r=xn,p=AAAA')).ok);
  t.throws(() => server.finish(octets('c=biws,r=xn,p=AAAA')));
});

test('a name without keys gets the same challenge each time, another than other names, and cannot be proved', (t) => {
  const key = Buffer.alloc(32, 3);
  const one = dummyScramSecret(key, 'nobody@univ.example', 'SHA-256', 60_000);
  t.deepEqual(one, dummyScramSecret(key, 'nobody@univ.example', 'SHA-256', 60_000));
  t.notDeepEqual(one.salt, dummyScramSecret(key, 'nobody2@univ.example', 'SHA-256', 60_000).salt);
  t.notDeepEqual(one.salt, dummyScramSecret(Buffer.alloc(32, 4), 'nobody@univ.example', 'SHA-256', 60_000).salt);
  t.deepEqual([one.salt.length, one.storedKey.length, one.serverKey.length, one.iterations], [16, 32, 32, 60_000]);
  t.is(dummyScramSecret(key, 'x', 'SHA-1', 4096).storedKey.length, 20);
});
