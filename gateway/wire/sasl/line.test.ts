import test from 'ava';
import { formatExternal, parseExternal } from './external.ts';
import { formatLoginAnswer, loginChallenges, parseLoginAnswer } from './login.ts';
import { parseMechanism, saslMechanisms } from './mechanisms.ts';
import { formatChallenge, formatSuccessData, parseInitialResponse, parseLineResponse } from './response.ts';

const octets = (text: string) => new Uint8Array(Buffer.from(text));
const same = (a: Uint8Array | undefined, b: string) => Buffer.from(a ?? []).toString() === b;

test('rfc4954 4: an initial response is base64, and = is an empty one', (t) => {
  const plain = parseInitialResponse('AHRpbQB0YW5zdGFhZnRhbnN0YWFm');
  t.true(plain.ok && same(plain.value, '\0tim\0tanstaaftanstaaf'));
  const empty = parseInitialResponse('=');
  t.true(empty.ok && empty.value.length === 0);
  t.false(parseInitialResponse('').ok);
  t.false(parseInitialResponse('*').ok);
});

test('rfc9051 6.2.2: * cancels, an empty line is an empty response', (t) => {
  t.deepEqual(parseLineResponse('*'), { ok: true, value: { kind: 'cancel' } });
  const empty = parseLineResponse('');
  t.true(empty.ok && empty.value.kind === 'message' && empty.value.octets.length === 0);
  const text = parseLineResponse('dGlt');
  t.true(text.ok && text.value.kind === 'message' && same(text.value.octets, 'tim'));
});

for (const text of [
  'dGl',
  'dGlt=',
  'dG=t',
  'dGlt\r\n',
  ' dGlt',
  'dGlt ',
  'dGl-',
  'dGl\0',
  'dGm=dGlt',
  '**',
  '==',
  'dGn=',
  'A'.repeat(30_000),
]) {
  test(`rfc4648 3: ${JSON.stringify(text.slice(0, 12))} is not base64`, (t) => {
    t.false(parseLineResponse(text).ok);
    t.false(parseInitialResponse(text).ok);
  });
}

test('challenges are base64; rfc6120 6.3.10: empty success data is =', (t) => {
  t.is(formatChallenge(octets('')), '');
  t.is(formatChallenge(loginChallenges.name), 'VXNlcm5hbWU6');
  t.is(formatChallenge(loginChallenges.password), 'UGFzc3dvcmQ6');
  t.is(formatSuccessData(octets('')), '=');
  t.is(formatSuccessData(octets('v=1')), 'dj0x');
});

test('LOGIN: an answer is a text, both ways', (t) => {
  t.deepEqual(parseLoginAnswer(octets('pässword')), { ok: true, value: 'pässword' });
  t.true(same(formatLoginAnswer('pässword'), 'pässword'));
  for (const bad of [octets(''), octets('a\0b'), new Uint8Array([0xff]), new Uint8Array(20_000).fill(97)]) {
    t.false(parseLoginAnswer(bad).ok);
  }
});

test('rfc4422 A.1: EXTERNAL carries an authorization identity or nothing', (t) => {
  t.deepEqual(parseExternal(octets('')), { ok: true, value: undefined });
  t.deepEqual(parseExternal(octets('fred@example.com')), { ok: true, value: 'fred@example.com' });
  t.true(same(formatExternal('fred@example.com'), 'fred@example.com'));
  t.is(formatExternal(undefined).length, 0);
  for (const bad of [octets('a\0b'), new Uint8Array([0xc3])]) t.false(parseExternal(bad).ok);
});

test('rfc4422 3.1: mechanisms are found by name', (t) => {
  for (const mechanism of saslMechanisms) {
    t.is(parseMechanism(mechanism), mechanism);
    t.regex(mechanism, /^[A-Z0-9_-]{1,20}$/);
  }
  t.is(parseMechanism('plain'), 'PLAIN');
  for (const name of ['', 'GSSAPI', 'SCRAM-SHA-1', 'PLAIN ', 'toString']) t.is(parseMechanism(name), undefined);
});
