/** The language of the person at the terminal. */
import type { Environment } from '../config/load.ts';

export type Language = 'en' | 'fr';

/** POSIX.1-2024 §8.2: LC_ALL before LC_MESSAGES before LANG, the first that is not empty. */
export function languageOf(environment: Environment): Language {
  const locale = [environment['LC_ALL'], environment['LC_MESSAGES'], environment['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return /^fr(?:[_.@-]|$)/i.test(locale ?? '') ? 'fr' : 'en';
}
