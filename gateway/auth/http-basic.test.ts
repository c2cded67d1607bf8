import test from 'ava';
import { formatBasicChallenge, parseBasic } from './http-basic.ts';

const basic = (text: string | Uint8Array) => `Basic ${Buffer.from(text as string).toString('base64')}`;

const accepted: readonly [title: string, header: string, login: string, password: string][] = [
  ['rfc7617 2: the example of the RFC', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'Aladdin', 'open sesame'],
  ['rfc7617 2.1: the UTF-8 example of the RFC', 'Basic dGVzdDoxMjPCow==', 'test', '123£'],
  ['rfc9110 11.1: the scheme has no case', 'bAsIc QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'Aladdin', 'open sesame'],
  ['rfc9110 11.4: several spaces', 'Basic   QWxhZGRpbjpvcGVuIHNlc2FtZQ==', 'Aladdin', 'open sesame'],
  ['missing padding is tolerated', 'Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ', 'Aladdin', 'open sesame'],
  ['rfc7617 2: only the first colon divides', basic('anne:a:b::c'), 'anne', 'a:b::c'],
  ['an empty password is handed on', basic('anne:'), 'anne', ''],
  ['a login with a domain', basic('anne@univ.example:x'), 'anne@univ.example', 'x'],
  ['octets that are not UTF-8 are Latin-1', basic(Buffer.from('ren\xe9:\xe9t\xe9', 'latin1')), 'rené', 'été'],
  ['a byte order mark belongs to the login', basic('\ufeffanne:x'), '\ufeffanne', 'x'],
];

for (const [title, header, login, password] of accepted) {
  test(title, (t) => {
    const result = parseBasic(header);
    t.true(result.ok);
    if (!result.ok) return;
    t.is(result.value.login, login);
    t.is(result.value.password.reveal(), password);
  });
}

const refused: readonly [title: string, header: string | undefined][] = [
  ['no header', undefined],
  ['an empty header', ''],
  ['another scheme', 'Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  ['a scheme that begins alike', 'Basically QWxhZGRpbjpvcGVuIHNlc2FtZQ=='],
  ['the scheme alone', 'Basic'],
  ['the scheme and a space', 'Basic '],
  ['two tokens', 'Basic QWxh ZGRpbjpv'],
  ['characters outside base64', 'Basic QWxh*GRpbjpv'],
  ['base64url', 'Basic -_-_'],
  ['padding in the middle', 'Basic QW==xh'],
  ['an impossible length', 'Basic QWxhZ'],
  ['no colon', basic('Aladdin')],
  ['an empty login', basic(':open sesame')],
  ['rfc7617 2: NUL', basic('anne:a\0b')],
  ['rfc7617 2: a line break in the login', basic('an\r\nne:x')],
  ['rfc7617 2: DEL', basic('anne:\x7f')],
  ['a header over the limit', basic(`anne:${'x'.repeat(4096)}`)],
];

for (const [title, header] of refused) {
  test(`refused: ${title}`, (t) => {
    t.false(parseBasic(header).ok);
  });
}

test('a refusal never repeats what was sent', (t) => {
  const result = parseBasic(basic('hunter2hunter2'));
  t.false(result.ok);
  if (!result.ok) t.notRegex(result.reason, /hunter2|aHVudGVyMm/);
});

test('rfc7617 2.1: the challenge names realm and charset', (t) => {
  t.is(formatBasicChallenge('univ.example'), 'Basic realm="univ.example", charset="UTF-8"');
});

test('rfc9110 5.6.4: quotes and backslashes in the realm are escaped', (t) => {
  t.is(formatBasicChallenge('a "b" \\'), 'Basic realm="a \\"b\\" \\\\", charset="UTF-8"');
});
