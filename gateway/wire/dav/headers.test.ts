import test from 'ava';
import * as headers from './headers.ts';

for (const [header, depth] of [
  [undefined, undefined],
  ['0', '0'],
  ['1', '1'],
  [' infinity ', 'infinity'],
  ['Infinity', 'infinity'],
  ['', 'invalid'],
  ['2', 'invalid'],
  ['00', 'invalid'],
  ['1,noroot', 'invalid'],
  ['infinite', 'invalid'],
] as const) {
  test(`rfc4918 10.2: Depth ${JSON.stringify(header)}`, (t) => t.is(headers.parseDepth(header), depth));
}

for (const [header, overwrite] of [
  [undefined, true],
  ['T', true],
  ['F', false],
  [' f ', false],
  ['', 'invalid'],
  ['true', 'invalid'],
] as const) {
  test(`rfc4918 10.6: Overwrite ${JSON.stringify(header)}`, (t) => t.is(headers.parseOverwrite(header), overwrite));
}

for (const [header, timeout] of [
  [undefined, undefined],
  ['Second-604800', 604_800],
  ['Infinite, Second-4100000000', 'infinite'],
  ['Second-4100000000', 4_100_000_000],
  ['Second-4294967295', 4_294_967_295],
  ['Second-4294967296', 4_294_967_295],
  [`Second-${'9'.repeat(1000)}`, 4_294_967_295],
  ['Extend-7, second-60', 60],
  ['Second-0, Second-5', 5],
  ['Second-', undefined],
  ['Second--1', undefined],
  ['Second-1.5', undefined],
  ['604800', undefined],
  ['', undefined],
  [','.repeat(10_000), undefined],
] as const) {
  test(`rfc4918 10.7: Timeout ${JSON.stringify(header?.slice(0, 30))}`, (t) =>
    t.is(headers.parseTimeout(header), timeout));
}

for (const [header, token] of [
  [undefined, undefined],
  ['<urn:uuid:f81d4fae>', 'urn:uuid:f81d4fae'],
  [' <opaquelocktoken:a> ', 'opaquelocktoken:a'],
  ['opaquelocktoken:a', 'opaquelocktoken:a'],
  ['', undefined],
  ['<>', undefined],
  ['<urn:uuid:a', undefined],
  ['urn:uuid:a>', undefined],
  ['<<urn:uuid:a>>', undefined],
  ['<urn:a> <urn:b>', undefined],
  ['<no-uri>', undefined],
  ['<urn:a b>', undefined],
  ['<urn:a\r\nX: y>', undefined],
] as const) {
  test(`rfc4918 10.5: Lock-Token ${JSON.stringify(header)}`, (t) => t.is(headers.parseLockToken(header), token));
}

for (const [header, destination] of [
  ['http://www.example.com/users/f/fielding/index.html', ['/users/f/fielding/index.html', 'www.example.com']],
  ['HTTPS://Example.COM:8443/a%20b/', ['/a%20b/', 'example.com:8443']],
  ['https://[2001:db8::1]:443/a', ['/a', '[2001:db8::1]:443']],
  ['https://example.com', ['/', 'example.com']],
  ['/a/b', ['/a/b', undefined]],
  [' /a ', ['/a', undefined]],
  ['/', ['/', undefined]],
  // Raw UTF-8, as Node hands it over.
  ['/\u00c3\u00a9', ['/%C3%A9', undefined]],
  [undefined, undefined],
  ['', undefined],
  ['a/b', undefined],
  ['//example.com/a', undefined],
  ['ftp://example.com/a', undefined],
  ['http:///a', undefined],
  ['http://user@example.com/a', undefined],
  ['http://user:secret@example.com/a', undefined],
  ['/a?b', undefined],
  ['/a#b', undefined],
  ['https://example.com?b', undefined],
  ['/a b', undefined],
  ['/a\0', undefined],
  ['/a\r\nX: y', undefined],
  ['*', undefined],
] as const) {
  test(`rfc4918 10.3: Destination ${JSON.stringify(header)}`, (t) => {
    const expected =
      destination === undefined ? { ok: false } : { ok: true, path: destination[0], host: destination[1] };
    t.deepEqual<unknown, unknown>(headers.parseDestination(header), expected);
  });
}

test('rfc3986 2.1: octets above ASCII are percent-encoded one by one', (t) => {
  t.is(headers.encodeRawOctets('/a%20\u0080\u00ffz'), '/a%20%80%FFz');
});

for (const [header, time] of [
  [undefined, undefined],
  ['1700000000', 1_700_000_000_000],
  ['1700000000.123456789', 1_700_000_000_123],
  ['-1', -1000],
  ['0', 0],
  ['', 'invalid'],
  ['now', 'invalid'],
  ['1e9', 'invalid'],
  ['0x10', 'invalid'],
  ['9'.repeat(300), 'invalid'],
] as const) {
  test(`owncloud X-OC-Mtime: ${JSON.stringify(header?.slice(0, 30))}`, (t) => t.is(headers.parseOcMtime(header), time));
}

for (const [header, octets] of [
  [undefined, undefined],
  ['0', 0],
  [' 5000000000 ', 5_000_000_000],
  ['-1', undefined],
  ['1.5', undefined],
  ['9999999999999999', undefined],
  ['9'.repeat(300), undefined],
] as const) {
  test(`macos X-Expected-Entity-Length: ${JSON.stringify(header?.slice(0, 30))}`, (t) => {
    t.is(headers.parseExpectedEntityLength(header), octets);
  });
}
