/** `X-Update-Range` of a PATCH with `application/x-sabredav-partialupdate` (sabre/dav's partial update). */
import type { Parsed } from '../parsed.ts';
import { accept, refuse } from '../parsed.ts';

export const partialUpdateContentType: string = 'application/x-sabredav-partialupdate';

export type UpdateRange =
  /** Octets `first` to `last` are written; the body must be that long. */
  | { readonly kind: 'range'; readonly first: number; readonly last: number }
  /** Written from `first` on. */
  | { readonly kind: 'from'; readonly first: number }
  /** Written from `length` octets before the end on. */
  | { readonly kind: 'suffix'; readonly length: number }
  | { readonly kind: 'append' };

/** @param header undefined is refused: such a PATCH must say where it writes */
export function parseUpdateRange(header: string | undefined): Parsed<UpdateRange> {
  const value = header?.trim().toLowerCase() ?? '';
  if (value === 'append') return accept({ kind: 'append' });
  const match = /^bytes=(\d{0,16})-(\d{0,16})$/.exec(value);
  const from = match?.[1] ?? '';
  const to = match?.[2] ?? '';
  const first = Number(from);
  const last = Number(to);
  if ((from === '' && to === '') || !Number.isSafeInteger(first) || !Number.isSafeInteger(last)) {
    return refuse('X-Update-Range does not parse');
  }
  if (from === '') return last === 0 ? refuse('X-Update-Range is empty') : accept({ kind: 'suffix', length: last });
  if (to === '') return accept({ kind: 'from', first });
  return last < first ? refuse('X-Update-Range ends before it starts') : accept({ kind: 'range', first, last });
}
