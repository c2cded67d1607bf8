import { readFile } from 'node:fs/promises';
import test from 'ava';
import { describeConfig } from '../gateway/wiring/config/describe.ts';
import { configFrom, parseConfig } from '../gateway/wiring/config/load.ts';
import { formatProblems } from '../gateway/wiring/config/problems.ts';
import { pathOf, renderPages } from './generate.ts';

for (const [file, text] of await renderPages()) {
  test(`${file} is what npm run docs writes`, async (t) => {
    t.is(await readFile(pathOf(file), 'utf8'), text);
  });
}

const exampleFile = pathOf('config.example.yaml');

test('config.example.yaml has no problems, as it is and with its commented keys', async (t) => {
  const example = await readFile(exampleFile, 'utf8');
  // A key that is only shown is written `#key:`, prose is written `# prose`.
  const uncommented = example.replaceAll(/^(\s*)#(?=[a-zA-Z]+:)/gm, '$1');
  t.not(uncommented, example);
  for (const text of [example, uncommented]) {
    const result = await parseConfig(text, 'config.example.yaml', '/', { TLS_KEY_PASSPHRASE: 'x' });
    t.true(result.ok, result.ok ? '' : formatProblems('config.example.yaml', result.problems));
  }
});

test('config.example.yaml shows every key of the configuration', async (t) => {
  const example = await readFile(exampleFile, 'utf8');
  const missing = describeConfig()
    .map(
      ({ path }) =>
        path
          .replace(/ \(\w+\)$/, '')
          .split('.')
          .at(-1)
          ?.replace('[]', '') ?? '',
    )
    .filter((key) => key !== 'NAME' && !new RegExp(`(?:^|[\\s{#])${key}:`, 'm').test(example));
  t.deepEqual(missing, []);
});

test('config.example.yaml: what it shows of limits, logging and upkeep are the defaults', async (t) => {
  const result = await parseConfig(await readFile(exampleFile, 'utf8'), 'config.example.yaml', '/', {});
  if (!result.ok) {
    t.fail(formatProblems('config.example.yaml', result.problems));
    return;
  }
  const { limits, logging, upkeep } = await configFrom({}, '/');
  t.deepEqual([result.config.limits, result.config.logging, result.config.upkeep], [limits, logging, upkeep]);
});
