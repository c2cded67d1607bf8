import test from 'ava';
import { pickLanguage } from './accept-language.ts';

for (const [header, picked] of [
  [undefined, 'en'],
  ['', 'en'],
  ['fr', 'fr'],
  ['FR-fr', 'fr'],
  ['fr-CA-x-private', 'fr'],
  ['de, fr;q=0.5', 'fr'],
  ['en;q=0.5, fr;q=0.8', 'fr'],
  ['fr;q=0.8, en;q=0.8', 'fr'],
  ['en;q=0.8, fr;q=0.8', 'en'],
  ['da, *;q=0.5, fr;q=0.1', 'en'],
  ['fr;q=0', 'en'],
  ['de', 'en'],
  ['pt', 'pt-BR'],
  ['pt-PT', 'en'],
  ['fr;q=2', 'en'],
  ['fr;q=x, en', 'en'],
  [';q=1', 'en'],
  ['-', 'en'],
  ['-'.repeat(5000), 'en'],
  [',;=,;"', 'en'],
] as const) {
  test(`rfc9110 12.5.4 and rfc4647 3.4: ${JSON.stringify(header?.slice(0, 40))}`, (t) => {
    t.is(pickLanguage(header, ['en', 'fr', 'pt-BR']), picked);
  });
}
