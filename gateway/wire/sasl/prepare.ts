/**
 * Preparation of passwords for comparison: PRECIS OpaqueString (RFC 8265 §4.2), which took the place of SASLprep (RFC 4013)
 * that RFC 5802 §2.2 names. Both give the same for every password that people type but for compatibility forms (NFC here,
 * NFKC there).
 */
import type { Parsed } from '../parsed.ts';

/** RFC 8265 §4.2.1 sets no maximum; this one keeps hashing cheap. In octets of UTF-8, after preparation. */
export const maxPasswordOctets = 1024;

// RFC 8264 §9.11 (controls), §9.13 (unassigned and noncharacters; lone surrogates are not text at all) and §9.9 (conjoining
// Hangul jamo) are disallowed in the FreeformClass. Deviation from §9.13's default ignorable code points: emoji keyboards put
// ZERO WIDTH JOINER and VARIATION SELECTOR-16 in, a person cannot see why a password with them would be refused, and
// kept as they are they compare equal from everywhere the same keys are pressed.
const disallowed = /[\p{Cc}\p{Cs}\p{Cn}\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]/u;
const otherSpaces = /\p{Zs}/gu;

/**
 * Enforces OpaqueString: non-ASCII spaces become U+0020, NFC, nothing else is mapped; empty, NUL and other controls are
 * refused. A reason never holds a part of the password.
 */
export function preparePassword(password: string): Parsed<string> {
  // The length first, so that a giant is not normalised: NFC never makes fewer octets than a third.
  if (password.length > maxPasswordOctets * 3) return refused('the password is too long');
  // RFC 8264 §7: the mappings first, the string class after them.
  const value = password.replaceAll(otherSpaces, ' ').normalize('NFC');
  if (disallowed.test(value)) return refused('the password holds a character that is not allowed');
  if (value === '') return refused('the password is empty');
  if (Buffer.byteLength(value) > maxPasswordOctets) {
    return refused(`the password is longer than ${maxPasswordOctets} octets`);
  }
  return { ok: true, value };
}

function refused(reason: string): Parsed<string> {
  return { ok: false, reason };
}
