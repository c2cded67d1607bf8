/**
 * LOGIN (draft-murchison-sasl-login-00, never a standard): name and password in answers to two challenges. For clients that
 * have nothing better.
 */
import { accept, refuse, type Parsed } from '../parsed.ts';
import { decodeUtf8, encodeUtf8 } from './text.ts';

/** COMPAT(Outlook, all): clients look at these very texts, in base64 `VXNlcm5hbWU6` and `UGFzc3dvcmQ6`. */
export const loginChallenges = { name: encodeUtf8('Username:'), password: encodeUtf8('Password:') } as const;

/** One answer, the name or the password. */
export function parseLoginAnswer(octets: Uint8Array): Parsed<string> {
  const text = decodeUtf8(octets);
  if (!text.ok) return text;
  if (text.value === '') return refuse('the answer is empty');
  return text.value.includes('\0') ? refuse('the answer holds NUL') : accept(text.value);
}

export function formatLoginAnswer(answer: string): Uint8Array {
  return encodeUtf8(answer);
}
