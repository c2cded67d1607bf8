import test from 'ava';
import { foldText, queryWords, searchWords } from './search-words.ts';

test('case, accents and strokes do not matter', (t) => {
  t.is(foldText('Élodie ŁUKASZ Straße Ænne Søren İnan ﬁn'), 'elodie lukasz strasse aenne soren inan fin');
});

test('words of a name are found whole and in parts, of an address by its local part and as a whole', (t) => {
  t.deepEqual(searchWords("Jean-Pierre (dit) d'Arc", ['jp.darc+x@univ.example']).toSorted(), [
    'arc',
    'd',
    "d'arc",
    'darc',
    'dit',
    'jean',
    'jean-pierre',
    'jp',
    'jp.darc+x@univ.example',
    'pierre',
    'x',
  ]);
});

test('a query is its words, longest first, each once', (t) => {
  t.deepEqual(queryWords('  Zoë, martin  ZOE '), ['martin', 'zoe']);
  t.deepEqual(queryWords('anne@'), ['anne@']);
  t.deepEqual(queryWords(' .,% '), []);
  t.deepEqual(queryWords(''), []);
});

test('long words are cut alike in index and query', (t) => {
  const word = 'é😀'.repeat(100);
  t.deepEqual(searchWords(word, []), queryWords(word).concat(searchWords(word, []).slice(1)));
  t.false(/\p{Cs}/u.test(queryWords(word)[0] ?? '\ud800'));
});
