import test from 'ava';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { profiles } from './profiles.ts';
import { parseRfcs, readRfcs, renderProtocolPages } from './rfcs.ts';

const root = new URL('../', import.meta.url);
const cases = [...profiles.values()].flat();

function names(pattern: string, id: string): boolean {
  return pattern.endsWith('*') ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}

test('rfcs: the pages of docs/protocols are what the index makes of them', async (t) => {
  for (const [path, text] of await renderProtocolPages()) {
    t.is(await readFile(new URL(path, root), 'utf8'), text, `${path}: run node conformance/rfcs.ts`);
  }
});

test('rfcs: every test that the index names exists', async (t) => {
  for (const { standard, sections } of await readRfcs()) {
    for (const { section, tests } of sections) {
      for (const name of tests) {
        const found = name.includes('/') ? existsSync(new URL(name, root)) : cases.some((one) => names(name, one.id));
        t.true(found, `${standard} §${section} names ${name}`);
      }
    }
  }
});

test('rfcs: every conformance case is named by the index', async (t) => {
  const patterns = (await readRfcs()).flatMap((one) => one.sections.flatMap((section) => section.tests));
  const forgotten = cases.map((one) => one.id).filter((id) => !patterns.some((pattern) => names(pattern, id)));
  t.deepEqual(forgotten, []);
});

test('rfcs: an index with problems is refused with all of them', (t) => {
  const yaml = '- standard: RFC 1\n  title: x\n  sections:\n    - { section: "1", title: a, status: half }\n';
  const error = t.throws(() => parseRfcs(yaml));
  t.true(error.message.includes('protocol is missing'));
  t.true(error.message.includes('status is none of'));
  t.throws(() => parseRfcs('{}'));
  t.throws(() =>
    parseRfcs('[{ standard: A, title: a, protocol: p, sections: [{ section: "1", title: b, status: done }] }]'),
  );
});
