/** File times and attributes that the Windows redirector sets with PROPPATCH and reads back (MS-WDVME §2.2). */
import { formatHttpDate, parseHttpDate } from '../http/date.ts';
import type { QName } from './names.ts';
import { MICROSOFT } from './names.ts';

export const win32CreationTime: QName = { namespace: MICROSOFT, name: 'Win32CreationTime' };
export const win32LastAccessTime: QName = { namespace: MICROSOFT, name: 'Win32LastAccessTime' };
export const win32LastModifiedTime: QName = { namespace: MICROSOFT, name: 'Win32LastModifiedTime' };
export const win32FileAttributes: QName = { namespace: MICROSOFT, name: 'Win32FileAttributes' };

/** Bits of Win32FileAttributes that mean something for a file in a folder (MS-FSCC §2.6). */
export const win32Attributes = {
  readOnly: 0x01,
  hidden: 0x02,
  system: 0x04,
  directory: 0x10,
  archive: 0x20,
  normal: 0x80,
} as const;

/** A time such as `Sun, 06 Nov 1994 08:49:37 GMT`. @returns milliseconds since the epoch; undefined when it is none */
export function parseWin32Time(value: string): number | undefined {
  return parseHttpDate(value.trim());
}

export function formatWin32Time(epochMs: number): string {
  return formatHttpDate(epochMs);
}

/** Up to eight hexadecimal digits. @returns the bits; undefined when it is not such a number */
export function parseWin32FileAttributes(value: string): number | undefined {
  const digits = /^[0-9A-Fa-f]{1,8}$/.exec(value.trim())?.[0];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** Eight hexadecimal digits. @param bits the low 32 count */
export function formatWin32FileAttributes(bits: number): string {
  return (bits >>> 0).toString(16).toUpperCase().padStart(8, '0');
}
