import test from 'ava';
import { requestPath } from './request-path.ts';

const cases: readonly (readonly [string | undefined, string | undefined])[] = [
  ['/dav/files/', '/dav/files/'],
  ['/dav/files/?x=/y', '/dav/files/'],
  ['/', '/'],
  ['/caf\u00c3\u00a9', '/caf%C3%A9'],
  ['https://host.example/dav/x?y', '/dav/x'],
  ['HTTP://host.example:8443/dav', '/dav'],
  ['https://host.example', '/'],
  ['https://host.example?x', '/'],
  ['/dav/files/a#b', undefined],
  ['https://host.example/a#b', undefined],
  ['*', undefined],
  ['dav/files', undefined],
  ['ftp://host.example/x', undefined],
  ['', undefined],
  [undefined, undefined],
];

for (const [url, path] of cases) {
  test(`rfc9112 3.2: the path of ${JSON.stringify(url)} is ${JSON.stringify(path)}`, (t) => {
    t.is(requestPath(url), path);
  });
}
