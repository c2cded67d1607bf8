/**
 * The import table of docs/architecture.md, checked on every import of every file; and the npm packages, each of which one file or
 * folder may import, so that it stays replaceable.
 */
import { readdir, readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders whose TypeScript is looked at. */
const folders = ['gateway', 'adapters', 'protocol-tests', 'conformance', 'benchmarks', 'docs'];

interface Ring {
  /** Files of this ring: a folder, or one file. The first ring that fits is the one. */
  readonly files: RegExp;
  /** Beginnings of what it may import, besides its own folder (`$1` is what the pattern caught). */
  readonly mayImport: readonly string[];
}

const everything = [''];

const rings: readonly Ring[] = [
  { files: /^gateway\/main\.ts$/, mayImport: ['gateway/wiring/'] },
  { files: /^gateway\/wiring\//, mayImport: everything },
  { files: /^gateway\/wire\//, mayImport: ['gateway/wire/'] },
  { files: /^gateway\/ports\//, mayImport: ['gateway/ports/'] },
  { files: /^gateway\/auth\//, mayImport: ['gateway/auth/', 'gateway/ports/', 'gateway/wire/'] },
  { files: /^gateway\/services\//, mayImport: ['gateway/services/', 'gateway/ports/', 'gateway/wire/'] },
  { files: /^gateway\/server\//, mayImport: ['gateway/server/', 'gateway/ports/', 'gateway/wire/'] },
  {
    files: /^gateway\/([^/]+)\//,
    mayImport: [
      'gateway/$1/',
      'gateway/wire/',
      'gateway/ports/',
      'gateway/auth/',
      'gateway/services/',
      'gateway/server/',
    ],
  },
  { files: /^adapters\/contract\//, mayImport: ['adapters/contract/', 'gateway/ports/', 'gateway/wire/'] },
  {
    files: /^adapters\/([^/]+)\//,
    mayImport: ['adapters/$1/', 'adapters/sql/', 'adapters/shared/', 'gateway/ports/', 'gateway/wire/'],
  },
  { files: /^conformance\//, mayImport: ['conformance/', 'gateway/wire/'] },
  // Dialogues with the running gateway, and with its server part by itself; no wiring, which the gateway's own command line does.
  {
    files: /^protocol-tests\//,
    mayImport: [
      'protocol-tests/',
      'conformance/',
      'adapters/',
      ...['main.ts', 'wire/', 'ports/', 'server/'].map((name) => `gateway/${name}`),
    ],
  },
  { files: /^benchmarks\//, mayImport: ['benchmarks/', 'protocol-tests/support/', 'conformance/', 'gateway/wire/'] },
  { files: /^docs\//, mayImport: ['docs/', 'gateway/wiring/', 'conformance/'] },
];

/** Tests beside the code, and what belongs to them alone: programs that they start and kill, models that they compare with. */
const testFiles = /\.test\.ts$|\/(?:crash|test)-[a-z-]+\.ts$/;

/** What tests may import besides: the suites that they run, and adapters to run the code on. */
const testsMayImport = ['adapters/', 'protocol-tests/support/', 'gateway/ports/', 'gateway/wire/'];

/** Where each package may be imported. */
const packages: Readonly<Record<string, RegExp>> = {
  '@aws-sdk/client-s3': /^adapters\/s3\/|^protocol-tests\/support\/s3-/,
  asn1js: /^gateway\/wiring\/certificates\//,
  ava: /\.test\.ts$|^adapters\/contract\/|^protocol-tests\/support\//,
  bcryptjs: /^adapters\/shared\/passwords\//,
  commander: /^gateway\/wiring\/cli\//,
  mime: /^gateway\/dav\/content-type\.ts$/,
  pg: /^adapters\/postgres\//,
  pino: /^gateway\/server\/log\.ts$/,
  pkijs: /^gateway\/wiring\/certificates\//,
  'prom-client': /^gateway\/server\/metrics\.ts$/,
  saxes: /^gateway\/wire\/xml\/parser\.ts$/,
  'webdav-server': /^(?:conformance|protocol-tests)\//,
  yaml: /^gateway\/wiring\/config\/source\.ts$|^conformance\/yaml\.ts$/,
  zod: /^gateway\/wiring\/config\//,
};

/** What is wrong with one import; undefined when nothing is. Both are paths below the root, or the package's specifier. */
function importProblem(file: string, target: string): string | undefined {
  if (target.startsWith('node:') || isBuiltin(target)) {
    return target.startsWith('node:') ? undefined : `${file} imports "${target}" without node: before it`;
  }
  if (!target.endsWith('.ts') && !target.endsWith('.json')) return packageProblem(file, target);
  const ring = rings.find(({ files }) => files.test(file));
  if (ring === undefined) return `${file} is in no ring of the import table`;
  const [, own = ''] = ring.files.exec(file) ?? [];
  const allowed = ring.mayImport.map((beginning) => beginning.replace('$1', own));
  if (testFiles.test(file)) allowed.push(...testsMayImport);
  if (allowed.some((beginning) => target.startsWith(beginning))) return undefined;
  return `${file} may not import ${target}; it may import ${allowed.join(', ')}`;
}

function packageProblem(file: string, specifier: string): string | undefined {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const place = packages[name];
  if (place === undefined) return `${file} imports "${name}", which is not in the list of packages`;
  return place.test(file) ? undefined : `${file} imports "${name}", which only ${place.source} may`;
}

const importForms = [
  /^\s*(?:import|export)\s[^'";]*?\bfrom\s*['"]([^'"\n]+)['"]/gm,
  /^\s*import\s*['"]([^'"\n]+)['"]/gm,
  /\bimport\(\s*['"]([^'"\n]+)['"]/g,
  /\bnew URL\(\s*['"](\.[^'"\n]+\.ts)['"]\s*,\s*import\.meta\.url/g,
];

/** What a file imports: paths below the root for its own files, specifiers for packages. */
function importsOf(file: string, code: string): readonly string[] {
  const withoutComments = code.replace(/^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*$)/gm, '');
  const specifiers = importForms.flatMap((form) => [...withoutComments.matchAll(form)].map((match) => match[1] ?? ''));
  return specifiers.map((specifier) =>
    specifier.startsWith('.')
      ? relative(root, resolve(root, dirname(file), specifier)).replaceAll('\\', '/')
      : specifier,
  );
}

async function sourceFiles(): Promise<readonly string[]> {
  const lists = await Promise.all(
    folders.map(async (folder) => {
      const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
      return (
        entries
          .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
          .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
          // This file holds imports as test data.
          .filter((file) => file !== 'conformance/architecture.test.ts')
      );
    }),
  );
  return lists.flat().sort();
}

async function everyImport(): Promise<readonly (readonly [file: string, target: string])[]> {
  const files = await sourceFiles();
  const imports = await Promise.all(
    files.map(async (file) =>
      importsOf(file, await readFile(join(root, file), 'utf8')).map((target) => [file, target] as const),
    ),
  );
  return imports.flat();
}

test('architecture: every import is one that the import table allows', async (t) => {
  const imports = await everyImport();
  t.true(imports.length > 100);
  t.deepEqual(
    imports.map(([file, target]) => importProblem(file, target)).filter((problem) => problem !== undefined),
    [],
  );
});

test('architecture: every dependency is imported, and is in the list of packages', async (t) => {
  const { dependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const imports = await everyImport();
  const program = imports.filter(([file]) => !testFiles.test(file));
  const unused = Object.keys(dependencies).filter(
    (name) => !program.some(([, target]) => target === name || target.startsWith(`${name}/`)),
  );
  t.deepEqual(unused, [], 'dependencies that nothing imports');
  t.deepEqual(
    Object.keys(dependencies).filter((name) => packages[name] === undefined),
    [],
  );
});

/** An import, and whether the table allows it. */
const cases: readonly (readonly [file: string, target: string, allowed: boolean])[] = [
  ['gateway/main.ts', 'gateway/wiring/cli/run.ts', true],
  ['gateway/main.ts', 'gateway/server/log.ts', false],
  ['gateway/wire/xml/parser.ts', 'gateway/ports/errors.ts', false],
  ['gateway/wire/xml/parser.ts', 'saxes', true],
  ['gateway/wire/xml/format.ts', 'saxes', false],
  ['gateway/ports/errors.ts', 'gateway/wire/xml/parser.ts', false],
  ['gateway/auth/authenticator.ts', 'gateway/services/domains.ts', false],
  ['gateway/services/homes.ts', 'gateway/ports/call.ts', true],
  ['gateway/server/log.ts', 'gateway/wiring/gateway.ts', false],
  ['gateway/dav/handler.ts', 'gateway/services/domains.ts', true],
  ['gateway/dav/handler.ts', 'gateway/imap/session.ts', false],
  ['gateway/dav/handler.ts', 'adapters/memory/blob-store.ts', false],
  ['gateway/dav/handler.test.ts', 'adapters/memory/blob-store.ts', true],
  ['gateway/wiring/gateway.ts', 'adapters/sqlite/engine.ts', true],
  ['adapters/sqlite/engine.ts', 'adapters/sql/engine.ts', true],
  ['adapters/sql/engine.ts', 'adapters/sqlite/engine.ts', false],
  ['adapters/fs/sweep.ts', 'gateway/services/domains.ts', false],
  ['conformance/run.ts', 'gateway/dav/handler.ts', false],
  ['conformance/run.ts', 'gateway/wire/dav/names.ts', true],
  ['elsewhere/file.ts', 'gateway/wire/dav/names.ts', false],
  ['gateway/dav/handler.ts', 'fs', false],
  ['gateway/dav/handler.ts', 'node:fs', true],
  ['gateway/dav/handler.ts', 'left-pad', false],
  ['gateway/dav/handler.ts', '@scope/name/sub', false],
];

for (const [file, target, allowed] of cases) {
  test(`architecture: ${file} ${allowed ? 'may' : 'may not'} import ${target}`, (t) => {
    t.is(importProblem(file, target) === undefined, allowed);
  });
}

test('architecture: imports are found in all their forms, and not in comments', (t) => {
  const code = `
    import a from 'one';
    import {
      b,
    } from '../ports/two.ts';
    import type { C } from "./three.ts";
    export { d } from './four.ts';
    import 'five';
    // import x from 'not-this';
    /* import y from 'nor-this'; */
    const e = await import('six');
    const worker = new URL('./seven.ts', import.meta.url);
  `;
  t.deepEqual([...importsOf('gateway/wire/file.ts', code)].sort(), [
    'five',
    'gateway/ports/two.ts',
    'gateway/wire/four.ts',
    'gateway/wire/seven.ts',
    'gateway/wire/three.ts',
    'one',
    'six',
  ]);
});
