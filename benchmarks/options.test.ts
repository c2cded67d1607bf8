import test from 'ava';
import { parseOptions } from './options.ts';

test('npm run bench: without arguments it measures everything for a second and a half, three times', (t) => {
  const options = parseOptions([]);
  t.deepEqual(options.servers, ['passerelle', 'apache', 'nginx']);
  t.deepEqual([options.only, options.seconds, options.rounds, options.connections], [[], 1.5, 3, undefined]);
});

test('npm run bench: lists and numbers are read', (t) => {
  const options = parseOptions([
    '--only',
    'get,put-large',
    '--servers',
    'nginx',
    '--seconds',
    '0.5',
    '--connections',
    '4',
  ]);
  t.deepEqual(options.only, ['get', 'put-large']);
  t.deepEqual(options.servers, ['nginx']);
  t.deepEqual([options.seconds, options.connections], [0.5, 4]);
});

for (const args of [['--seconds', 'many'], ['--rounds', '0'], ['--servers', 'iis'], ['--unknown'], ['word']]) {
  test(`npm run bench: ${args.join(' ')} is refused`, (t) => {
    t.throws(() => parseOptions(args));
  });
}
