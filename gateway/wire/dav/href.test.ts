import test from 'ava';
import { decodePath, encodePath, encodeSegment } from './href.ts';

for (const [name, encoded] of [
  ['a', 'a'],
  ['A-Za-z0-9-._~!*()@', 'A-Za-z0-9-._~!*()@'],
  ['a b', 'a%20b'],
  ['100%', '100%25'],
  ['%41', '%2541'],
  ['a?b#c', 'a%3Fb%23c'],
  ["it's", 'it%27s'],
  ['a&b=c+d;e,f:g$h', 'a%26b%3Dc%2Bd%3Be%2Cf%3Ag%24h'],
  ['"<>\\^`{|}[]', '%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D'],
  ['é', '%C3%A9'],
  ['e\u0301', 'e%CC%81'],
  ['漢字😀', '%E6%BC%A2%E5%AD%97%F0%9F%98%80'],
  ['...', '...'],
  ['a@b c', 'a@b%20c'],
] as const) {
  test(`rfc3986 2.1: ${name} is encoded in one way and comes back`, (t) => {
    t.is(encodeSegment(name), encoded);
    t.deepEqual(decodePath(`/${encoded}`), { ok: true, segments: [name], collection: false });
  });
}

test('rfc3986 2.1: every character that a name can hold comes back, and no encoding holds markup', (t) => {
  const mine: string[] = [];
  for (let code = 0x20; code < 0x11_0000; code += code < 0x3000 ? 1 : 251) {
    if ((code >= 0x7f && code <= 0x9f) || code === 0x2f || (code >= 0xd800 && code <= 0xdfff)) continue;
    mine.push(`x${String.fromCodePoint(code)}`);
  }
  for (const name of mine) {
    const encoded = encodeSegment(name);
    t.regex(encoded, /^[A-Za-z0-9\-._~!*()@%]+$/);
    const decoded = decodePath(`/${encoded}`);
    if (!decoded.ok || decoded.segments[0] !== name) t.fail(`${encoded} does not come back`);
  }
});

test('rfc3986 2.1: a lone surrogate, which UTF-8 cannot hold, does not throw', (t) =>
  t.is(encodeSegment('\ud800'), '%EF%BF%BD'));

for (const [segments, collection, path] of [
  [[], true, '/'],
  [[], false, '/'],
  [['a'], false, '/a'],
  [['a b', 'é'], true, '/a%20b/%C3%A9/'],
] as const) {
  test(`rfc4918 8.3: ${JSON.stringify(segments)}${collection ? ', a collection,' : ''} is written as ${path}`, (t) =>
    t.is(encodePath(segments, collection), path));
}

for (const [path, segments, collection] of [
  ['/', [], true],
  ['//', [], true],
  ['/a', ['a'], false],
  ['/a/', ['a'], true],
  ['/a//b///c', ['a', 'b', 'c'], false],
  ['/%61%2D%7e', ['a-~'], false],
  ['/%c3%a9', ['é'], false],
  ['/é', ['é'], false],
  ["/it's;v=1,2&a=b+c:d@e$f", ["it's;v=1,2&a=b+c:d@e$f"], false],
  ['/a%20b/c d', ['a b', 'c d'], false],
  ['/a%5Cb', ['a\\b'], false],
  ['/%2525', ['%25'], false],
  ['/.../.a/a.', ['...', '.a', 'a.'], false],
  ['/%3F%23', ['?#'], false],
] as const) {
  test(`rfc3986 6.2.2: ${path} is read`, (t) => t.deepEqual(decodePath(path), { ok: true, segments, collection }));
}

for (const [what, path] of [
  ['empty', ''],
  ['relative', 'a/b'],
  ['an asterisk', '*'],
  ['a percent sign at the end', '/a%'],
  ['half an escape', '/a%4'],
  ['an escape that is not hexadecimal', '/a%zz'],
  ['an escape of UTF-16', '/a%u0041'],
  ['Latin-1', '/%E9'],
  ['an overlong slash', '/a%C0%AFb'],
  ['an overlong NUL', '/a%C0%80'],
  ['an overlong dot', '/%C0%AE%C0%AE/a'],
  ['a surrogate', '/%ED%A0%80'],
  ['beyond Unicode', '/%F5%80%80%80'],
  ['a character cut off', '/%E6%BC'],
  ['a lone surrogate', '/\ud800'],
  ['an encoded slash', '/a%2Fb'],
  ['an encoded slash in lower case', '/a%2fb'],
  ['an encoded way up', '/a/..%2F..%2Fetc'],
  ['a dot segment', '/a/./b'],
  ['a way up', '/a/../b'],
  ['a way up at the end', '/a/..'],
  ['an encoded dot segment', '/a/%2e/b'],
  ['a half-encoded way up', '/a/.%2E/b'],
  ['an encoded way up of dots', '/%2e%2e'],
  ['NUL', '/a\0b'],
  ['an encoded NUL', '/a%00b'],
  ['an encoded line break', '/a%0D%0Ab'],
  ['an encoded DEL', '/a%7F'],
  ['an encoded C1 control', '/a%C2%85'],
  ['a query', '/a?b'],
  ['a fragment', '/a#b'],
] as const) {
  test(`rfc4918 20 and rfc3986 3.3: ${what} is refused`, (t) => {
    const decoded = decodePath(path);
    t.is(decoded.ok ? 'ok' : decoded.code, 'syntax');
  });
}

test('a name is as long as 255 octets of UTF-8, not of its encoding', (t) => {
  t.true(decodePath(`/${'a'.repeat(255)}`).ok);
  t.true(decodePath(`/${'%E6%BC%A2'.repeat(85)}`).ok);
  t.like(decodePath(`/${'a'.repeat(256)}`), { ok: false, code: 'too-long' });
  t.like(decodePath(`/${'%E6%BC%A2'.repeat(86)}`), { ok: false, code: 'too-long' });
});

test('a path has 64 segments and 4096 octets at most', (t) => {
  t.true(decodePath('/a'.repeat(64)).ok);
  t.like(decodePath('/a'.repeat(65)), { ok: false, code: 'too-long' });
  t.true(decodePath(`/${'a'.repeat(255)}`.repeat(16)).ok);
  t.like(decodePath(`/${'a'.repeat(255)}`.repeat(16) + '/b'), { ok: false, code: 'too-long' });
  t.true(
    decodePath(
      encodePath(
        Array.from({ length: 15 }, () => '漢'.repeat(85)),
        true,
      ),
    ).ok,
  );
});

test('an absurdly long path is refused whatever it holds', (t) => {
  for (const piece of ['a', '/', '%', '%41', '/..', '%2e']) {
    t.false(decodePath(`/${piece.repeat(1_000_000)}`).ok, piece);
  }
});
