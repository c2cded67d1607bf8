/** The Prefer header field (RFC 7240) with the preferences of WebDAV (RFC 8144), and what went before it. */
import { splitList, splitPair } from './fields.ts';

export interface Preferences {
  /** Leave out of a multistatus what could not be found (RFC 8144 §2.1), and out of a write the representation. */
  readonly minimal: boolean;
  /** Send the new representation after a write (RFC 7240 §4.2, RFC 8144 §2.2). */
  readonly representation: boolean;
  /** Leave the requested resource itself out of a listing of depth 1 or infinity (RFC 8144 §3). */
  readonly depthNoroot: boolean;
  /** RFC 7240 §4.4. */
  readonly handling: 'strict' | 'lenient' | undefined;
  /** What of Prefer is known here, for Preference-Applied; `Brief` is not among it. */
  readonly applied: readonly ('return=minimal' | 'return=representation' | 'depth-noroot')[];
}

/**
 * @param prefer value of `Prefer`, several joined by commas
 * @param brief value of `Brief`: `t` is the older way to ask for a minimal multistatus (MS-WDVME §2.2)
 */
export function parsePrefer(prefer: string | undefined, brief?: string): Preferences {
  const wishes = new Map<string, string>();
  for (const piece of splitList(prefer ?? '', ',')) {
    const { name, value } = splitPair(splitList(piece, ';')[0] ?? '');
    const key = name.toLowerCase();
    // RFC 7240 §2: of a preference that is given twice the first counts.
    if (!wishes.has(key)) wishes.set(key, value?.toLowerCase() ?? '');
  }
  const returns = wishes.get('return') ?? oldReturn(wishes);
  const depthNoroot = wishes.has('depth-noroot');
  const handling = wishes.get('handling');
  const applied: Preferences['applied'][number][] = [];
  if (returns === 'minimal' || returns === 'representation') applied.push(`return=${returns}`);
  if (depthNoroot) applied.push('depth-noroot');
  return {
    minimal: returns === 'minimal' || (returns !== 'representation' && brief?.trim().toLowerCase() === 't'),
    representation: returns === 'representation',
    depthNoroot,
    handling: handling === 'strict' || handling === 'lenient' ? handling : undefined,
    applied,
  };
}

/** COMPAT(Apple Calendar and Contacts): drafts of RFC 7240 wrote `return-minimal`. */
function oldReturn(wishes: ReadonlyMap<string, string>): string | undefined {
  if (wishes.has('return-minimal')) return 'minimal';
  return wishes.has('return-representation') ? 'representation' : undefined;
}
