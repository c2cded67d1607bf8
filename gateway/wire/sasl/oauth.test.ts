import test from 'ava';
import {
  formatOAuthBearer,
  formatOAuthBearerError,
  isOAuthBearerAcknowledgement,
  parseOAuthBearer,
  type OAuthBearerMessage,
} from './oauthbearer.ts';
import { formatXOAuth2, formatXOAuth2Error, parseXOAuth2 } from './xoauth2.ts';

const token = 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==';
const example: OAuthBearerMessage = { authzid: 'user@example.com', token, host: 'server.example.com', port: 143 };

test('rfc7628 4.1: the example, both ways', (t) => {
  const wire =
    'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB';
  t.deepEqual(parseOAuthBearer(Buffer.from(wire, 'base64')), { ok: true, value: example });
  t.is(Buffer.from(formatOAuthBearer(example)).toString('base64'), wire);
});

test('rfc7628 3.1: host and port may be missing, keys that are not known are passed over', (t) => {
  const bare = { authzid: undefined, token, host: undefined, port: undefined };
  t.deepEqual(parseOAuthBearer(Buffer.from(`n,,\x01auth=bearer  ${token}\x01mthd=POST\x01\x01`)), {
    ok: true,
    value: bare,
  });
  t.deepEqual(parseOAuthBearer(formatOAuthBearer(bare)), { ok: true, value: bare });
});

for (const [title, text] of [
  ['nothing', ''],
  ['no GS2 header', `\x01auth=Bearer ${token}\x01\x01`],
  ['channel binding', `p=tls-exporter,,\x01auth=Bearer ${token}\x01\x01`],
  ['no end', `n,,\x01auth=Bearer ${token}\x01`],
  ['no beginning', `n,,auth=Bearer ${token}\x01\x01`],
  ['no token', 'n,,\x01host=a\x01\x01'],
  ['an empty token', 'n,,\x01auth=Bearer \x01\x01'],
  ['another scheme', `n,,\x01auth=Basic ${token}\x01\x01`],
  ['a token with a space', 'n,,\x01auth=Bearer a b\x01\x01'],
  ['two tokens', `n,,\x01auth=Bearer a\x01auth=Bearer b\x01\x01`],
  ['an empty pair', `n,,\x01auth=Bearer a\x01\x01\x01`],
  ['a port that is none', `n,,\x01port=x\x01auth=Bearer a\x01\x01`],
  ['NUL', `n,,\x01auth=Bearer a\0\x01\x01`],
  ['the acknowledgement', '\x01'],
  ['a giant', `n,,\x01auth=Bearer ${'a'.repeat(20_000)}\x01\x01`],
] as const) {
  test(`OAUTHBEARER refused: ${title}`, (t) => {
    t.false(parseOAuthBearer(Buffer.from(text)).ok);
  });
}

test('rfc7628 4.3: the error of the example, and its acknowledgement', (t) => {
  const error = formatOAuthBearerError({
    status: 'invalid_token',
    scope: 'example_scope',
    openidConfiguration: 'https://example.com/.well-known/openid-configuration',
  });
  t.is(
    Buffer.from(error).toString('base64'),
    'eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=',
  );
  t.is(Buffer.from(formatOAuthBearerError({ status: 'invalid_token' })).toString(), '{"status":"invalid_token"}');
  t.true(isOAuthBearerAcknowledgement(Buffer.from('AQ==', 'base64')));
  t.false(isOAuthBearerAcknowledgement(Buffer.from('')));
  t.false(isOAuthBearerAcknowledgement(Buffer.from('\x01\x01')));
});

test('XOAUTH2: the example of its documentation, both ways', (t) => {
  const message = { user: 'someuser@example.com', token: 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg' };
  const wire =
    'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==';
  t.deepEqual(parseXOAuth2(Buffer.from(wire, 'base64')), { ok: true, value: message });
  t.is(Buffer.from(formatXOAuth2(message)).toString('base64'), wire);
  t.is(
    Buffer.from(formatXOAuth2Error({ status: '400', scope: 'https://mail.example/' })).toString(),
    '{"status":"400","schemes":"bearer","scope":"https://mail.example/"}',
  );
});

for (const text of [
  '',
  'user=a',
  'user=a\x01auth=Bearer t',
  'user=a\x01auth=Bearer t\x01',
  'user=\x01auth=Bearer t\x01\x01',
  'user=a\0\x01auth=Bearer t\x01\x01',
  'auth=Bearer t\x01user=a\x01\x01',
  'user=a\x01auth=Bearer t\x01\x01\x01',
  'user=a\x01auth=Bearer t u\x01\x01',
]) {
  test(`XOAUTH2 refused: ${JSON.stringify(text)}`, (t) => {
    t.false(parseXOAuth2(Buffer.from(text)).ok);
  });
}
