/** Words by which people are found: without regard to case and accents, matched at their start. */

/** Longer words are cut, in the index and in the query alike. */
const maxWordLength = 64;

// Letters that Unicode does not take apart and that people type without their stroke.
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  þ: 'th',
};
const specialLetters = /[ßæœøđðħıłþ]/g;

/** Lower case, without accents, compatibility forms resolved: what sorting and matching look at. */
export function foldText(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(specialLetters, (letter) => plainLetters[letter] ?? letter)
    .normalize('NFC');
}

/**
 * Every word under which a principal is found: the words of the display name, whole and in their parts (`jean-pierre`,
 * `jean`, `pierre`), and of each address, the whole and the parts of its local part.
 */
export function searchWords(displayName: string, addresses: readonly string[]): readonly string[] {
  const words = new Set<string>();
  const add = (word: string) => {
    if (word !== '') words.add(cut(word));
  };
  for (const word of tokens(displayName)) {
    add(word);
    parts(word).forEach(add);
  }
  for (const address of addresses.map(foldText)) {
    add(address);
    parts(address.slice(0, address.lastIndexOf('@'))).forEach(add);
  }
  return [...words];
}

/** The words of a query, longest first: each must be the start of some word of what is found. Empty: everything is found. */
export function queryWords(text: string): readonly string[] {
  return [...new Set(tokens(text).map(cut))].sort((a, b) => b.length - a.length);
}

/** Words between spaces, without the punctuation around them. */
function tokens(text: string): readonly string[] {
  return foldText(text)
    .split(/\s+/u)
    .map((token) => token.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}@]+$/gu, ''))
    .filter((token) => token !== '');
}

function parts(word: string): readonly string[] {
  return word.split(/[^\p{L}\p{N}]+/u).filter((part) => part !== '');
}

/** By code points, so that no surrogate stands alone. */
function cut(word: string): string {
  return word.length <= maxWordLength ? word : Array.from(word).slice(0, maxWordLength).join('');
}
