import test from 'ava';
import * as win32 from './win32.ts';

for (const [value, bits] of [
  ['00000020', 0x20],
  ['00000000', 0],
  ['FFFFFFFF', 0xffff_ffff],
  ['ffffffff', 0xffff_ffff],
  [' 20 ', 0x20],
  ['', undefined],
  ['0x20', undefined],
  ['000000020', undefined],
  ['-1', undefined],
  ['2G', undefined],
] as const) {
  test(`ms-wdvme: Win32FileAttributes ${JSON.stringify(value)}`, (t) => {
    t.is(win32.parseWin32FileAttributes(value), bits);
    if (bits !== undefined) t.is(win32.parseWin32FileAttributes(win32.formatWin32FileAttributes(bits)), bits);
  });
}

test('ms-wdvme: attributes are eight hexadecimal digits', (t) => {
  t.is(win32.formatWin32FileAttributes(win32.win32Attributes.archive | win32.win32Attributes.hidden), '00000022');
  t.is(win32.formatWin32FileAttributes(-1), 'FFFFFFFF');
});

for (const [value, time] of [
  ['Tue, 05 Sep 2023 10:20:30 GMT', Date.UTC(2023, 8, 5, 10, 20, 30)],
  [' Mon, 01 Jan 1601 00:00:00 GMT\n', Date.UTC(1601, 0, 1)],
  ['2023-09-05T10:20:30Z', undefined],
  ['', undefined],
] as const) {
  test(`ms-wdvme: Win32LastModifiedTime ${JSON.stringify(value)}`, (t) => {
    t.is(win32.parseWin32Time(value), time);
    if (time !== undefined) t.is(win32.formatWin32Time(time), value.trim());
  });
}
