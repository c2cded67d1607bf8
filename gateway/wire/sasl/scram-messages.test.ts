import test from 'ava';
import { formatSaslName, parseGs2Header, parseSaslName, type ChannelBindingFlag } from './gs2.ts';
import {
  demandsExtension,
  formatClientFinal,
  formatClientFinalWithoutProof,
  formatClientFirst,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  parseServerFirst,
} from './scram-messages.ts';

const octets = (text: string) => new Uint8Array(Buffer.from(text));
const text = (value: Uint8Array) => Buffer.from(value).toString();

const firsts: readonly [
  title: string,
  wire: string,
  flag: ChannelBindingFlag,
  authzid: string | undefined,
  username: string,
  nonce: string,
][] = [
  [
    'rfc5802 5: the example',
    'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    { kind: 'n' },
    undefined,
    'user',
    'fyko+d2lbbFgONRv9qkxdawL',
  ],
  ['rfc5802 5.1: escapes', 'y,,n=a=2Cb=3Dc,r=x', { kind: 'y' }, undefined, 'a,b=c', 'x'],
  ['rfc5802 7: an authorization identity', 'n,a=ad=2Cmin,n=user,r=x', { kind: 'n' }, 'ad,min', 'user', 'x'],
  [
    'rfc5802 7: channel binding',
    'p=tls-exporter,,n=user,r=x',
    { kind: 'p', type: 'tls-exporter' },
    undefined,
    'user',
    'x',
  ],
  ['UTF-8', 'n,,n=rené@univ.example,r=x', { kind: 'n' }, undefined, 'rené@univ.example', 'x'],
];

for (const [title, wire, flag, authzid, username, nonce] of firsts) {
  test(`client-first: ${title}`, (t) => {
    const parsed = parseClientFirst(octets(wire));
    t.true(parsed.ok);
    if (!parsed.ok) return;
    t.deepEqual(parsed.value.gs2.flag, flag);
    t.is(parsed.value.gs2.authzid, authzid);
    t.is(parsed.value.username, username);
    t.is(parsed.value.nonce, nonce);
    t.is(parsed.value.gs2.text + parsed.value.bare, wire);
    t.is(text(formatClientFirst(parsed.value)), wire);
  });
}

test('client-first: extensions at the end need not be understood', (t) => {
  const parsed = parseClientFirst(octets('n,,n=user,r=x,z=1,y=2'));
  t.true(parsed.ok && parsed.value.bare === 'n=user,r=x,z=1,y=2');
});

for (const wire of [
  '',
  'n',
  'n,,',
  'n,,n=user',
  'n,,r=x,n=user',
  'n,,n=,r=x',
  'n,,n=user,r=',
  'n,,n=us=er,r=x',
  'n,,n=us=2cer,r=x',
  'n,,n=us\0er,r=x',
  'n,,n=user,r=a b',
  'n,,n=user,r=é',
  'n,,n=user,r=x,',
  'n,,n=user,r=x,z',
  'n,n=user,r=x',
  'x,,n=user,r=x',
  'p,,n=user,r=x',
  'p=,,n=user,r=x',
  'p=a b,,n=user,r=x',
  'n,b=c,n=user,r=x',
  'n,a=,n=user,r=x',
  'n,,m=ext,n=user,r=x',
  `n,,n=user,r=${'x'.repeat(600)}`,
  `n,,n=${'x'.repeat(20_000)},r=x`,
]) {
  test(`client-first refused: ${JSON.stringify(wire.slice(0, 30))}`, (t) => {
    t.false(parseClientFirst(octets(wire)).ok);
  });
}

test('client-first refused: octets that are not UTF-8', (t) => {
  t.false(parseClientFirst(Buffer.from('n,,n=us\xffer,r=x', 'latin1')).ok);
});

test('rfc5802 5.1: m= demands an extension', (t) => {
  t.true(demandsExtension(octets('n,,m=ext,n=user,r=x')));
  t.false(demandsExtension(octets('n,,n=m=ext,r=x')));
  t.false(demandsExtension(octets('')));
});

test('server-first: both ways', (t) => {
  const wire = 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096';
  const parsed = parseServerFirst(wire);
  t.true(parsed.ok && parsed.value.iterations === 4096 && formatServerFirst(parsed.value) === wire);
  for (const bad of [
    '',
    'r=x,s=QQ==',
    'r=x,s=*,i=1',
    'r=x,s=QQ==,i=0',
    'r=,s=QQ==,i=1',
    'r=x,s=QQ==,i=1e9',
    'm=1,r=x,s=QQ==,i=1',
  ]) {
    t.false(parseServerFirst(bad).ok, bad);
  }
});

test('client-final: both ways, extensions kept in what is signed', (t) => {
  const wire = 'c=biws,r=abc,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=';
  const parsed = parseClientFinal(octets(wire));
  t.true(parsed.ok);
  if (!parsed.ok) return;
  t.is(text(parsed.value.channelBinding), 'n,,');
  t.is(formatClientFinalWithoutProof(parsed.value.channelBinding, parsed.value.nonce), 'c=biws,r=abc');
  t.is(text(formatClientFinal(parsed.value.withoutProof, parsed.value.proof)), wire);
  const extended = parseClientFinal(octets('c=biws,r=abc,x=1,p=AA=='));
  t.true(extended.ok && extended.value.withoutProof === 'c=biws,r=abc,x=1');
});

for (const wire of [
  '',
  'c=biws,r=abc',
  'r=abc,c=biws,p=AA==',
  'c=,r=abc,p=A',
  'c=b*ws,r=abc,p=AA==',
  'c=biws,r=,p=AA==',
  'c=biws,r=a b,p=AA==',
  'c=biws,r=abc,p=AA==,x=1',
  'c=biws,r=abc,p=AA==\n',
  'c=biws,r=abc,x,p=AA==',
]) {
  test(`client-final refused: ${JSON.stringify(wire)}`, (t) => {
    t.false(parseClientFinal(octets(wire)).ok);
  });
}

test('rfc5802 7: server-final is a signature or an error', (t) => {
  t.is(
    text(formatServerFinal({ signature: Buffer.from('rmF9pqV8S7suAoZWja4dJRkFsKQ=', 'base64') })),
    'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
  );
  t.is(text(formatServerFinal({ error: 'invalid-proof' })), 'e=invalid-proof');
});

test('rfc5802 5.1: names are escaped and read back', (t) => {
  for (const name of ['user', 'a,b', 'a=b', '=2C', ',,==']) {
    t.deepEqual(parseSaslName(formatSaslName(name)), { ok: true, value: name });
  }
});

test('a GS2 header ends where its second comma is', (t) => {
  const header = parseGs2Header('y,a=x,rest,of,it');
  t.true(header.ok && header.value.text === 'y,a=x,');
});
