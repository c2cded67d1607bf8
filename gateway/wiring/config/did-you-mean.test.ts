import test from 'ava';
import { didYouMean, editDistance } from './did-you-mean.ts';

for (const [a, b, distance] of [
  ['', '', 0],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['htpp', 'http', 1],
  ['prot', 'port', 1],
  ['aliases', 'alias', 2],
] as const) {
  test(`the distance between "${a}" and "${b}" is ${distance}, both ways`, (t) => {
    t.is(editDistance(a, b), distance);
    t.is(editDistance(b, a), distance);
  });
}

for (const [word, known, meant] of [
  ['hostnam', ['hostname', 'dataDir'], 'hostname'],
  ['HOSTNAME', ['hostname'], 'hostname'],
  ['colour', ['level'], undefined],
  ['x', ['y'], 'y'],
  ['anything', [], undefined],
] as const) {
  test(`"${word}" among ${JSON.stringify(known)} means ${meant ?? 'nothing'}`, (t) => {
    t.is(didYouMean(word, known), meant);
  });
}
