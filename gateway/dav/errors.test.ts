import test from 'ava';
import { errorCodes, GatewayError } from '../ports/errors.ts';
import { DavProblem, nameLocks, toProblem } from './errors.ts';

const expected: Readonly<Record<(typeof errorCodes)[number], number>> = {
  syntax: 400,
  unsupported: 501,
  'not-found': 404,
  'already-exists': 405,
  'authentication-failed': 401,
  'credentials-expired': 401,
  'encryption-required': 403,
  'permission-denied': 403,
  'over-quota': 507,
  'too-large': 413,
  'limit-exceeded': 429,
  'precondition-failed': 412,
  'stale-token': 403,
  'in-use': 423,
  unavailable: 503,
  internal: 500,
};

for (const code of errorCodes) {
  test(`the code ${code} is answered with ${expected[code]}`, (t) => {
    t.is(toProblem(new GatewayError(code, 'why')).status, expected[code]);
  });
}

test('rfc9110 10.2.3: 503 and throttling say when to come again', (t) => {
  t.is(toProblem(new GatewayError('unavailable', 'x')).headers['Retry-After'], '5');
  const throttled = new GatewayError('limit-exceeded', 'x', { detail: { retryAfterSeconds: 1.2 } });
  t.is(toProblem(throttled).headers['Retry-After'], '2');
});

test('rfc4918 16: a lock in the way is named', (t) => {
  const detail = { condition: 'lock-token-submitted', subjects: ['/dav/files/a&b'] };
  const problem = toProblem(new GatewayError('in-use', 'locked', { detail }));
  t.is(problem.conditionXml, '<D:lock-token-submitted><D:href>/dav/files/a&amp;b</D:href></D:lock-token-submitted>');
});

test('rfc4918 16: a lock that was made by way of other folders is named as what was asked for', (t) => {
  const detail = { condition: 'no-conflicting-lock', subjects: ['/dav/files/ada/Secret/', '/dav/files/bob/House/x'] };
  const problem = toProblem(nameLocks(new GatewayError('in-use', 'locked', { detail }), ['/dav/files/bob/House/']));
  t.is(
    problem.conditionXml,
    '<D:no-conflicting-lock><D:href>/dav/files/bob/House/x</D:href><D:href>/dav/files/bob/House/</D:href></D:no-conflicting-lock>',
  );
});

test('an error that nobody foresaw tells nothing of the inside', (t) => {
  const problem = toProblem(new Error('SQLITE_ERROR near /secret/path'));
  t.is(problem.status, 500);
  t.notRegex(problem.message, /SQLITE|secret/);
});

test('an answer that a method gave on purpose stays as it is', (t) => {
  const problem = new DavProblem(409, 'x');
  t.is(toProblem(problem), problem);
});
