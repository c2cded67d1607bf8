import test from 'ava';
import { formatAttachment, formatDisposition } from './content-disposition.ts';

for (const [filename, header] of [
  ['example.html', 'attachment; filename="example.html"'],
  ['a b;c=d.txt', 'attachment; filename="a b;c=d.txt"'],
  ['€ rates', `attachment; filename="_ rates"; filename*=UTF-8''%E2%82%AC%20rates`],
  ['😀.png', `attachment; filename="_.png"; filename*=UTF-8''%F0%9F%98%80.png`],
  ['say "hi".txt', `attachment; filename="say _hi_.txt"; filename*=UTF-8''say%20%22hi%22.txt`],
  ['100%41.txt', `attachment; filename="100_41.txt"; filename*=UTF-8''100%2541.txt`],
  [`é'(*)!`, `attachment; filename="_'(*)!"; filename*=UTF-8''%C3%A9%27%28%2A%29!`],
  ['../../etc/passwd', 'attachment; filename=".._.._etc_passwd"'],
  ['a\\b', 'attachment; filename="a_b"'],
  ['a\r\nX: y\0', 'attachment; filename="a__X: y_"'],
  ['\ud800', `attachment; filename="_"; filename*=UTF-8''%EF%BF%BD`],
  ['', 'attachment; filename=""'],
] as const) {
  test(`rfc6266 4.3 and rfc8187 3.2: ${JSON.stringify(filename)}`, (t) => {
    t.is(formatAttachment(filename), header);
    t.regex(header, /^[\x20-\x7e]+$/);
  });
}

test('rfc6266 4.2: inline', (t) => t.is(formatDisposition('inline', 'a.txt'), 'inline; filename="a.txt"'));
