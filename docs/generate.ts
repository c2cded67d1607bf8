/**
 * Writes the documentation that is made from the program: `npm run docs`. `docs/generate.test.ts` fails when a file is not what
 * would be written.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { configurationPage } from './configuration-page.ts';

export interface GeneratedPage {
  /** Below the root of the repository. */
  readonly file: string;
  readonly build: () => string | Promise<string>;
}

export const pages: readonly GeneratedPage[] = [{ file: 'docs/configuration.md', build: configurationPage }];

export function pathOf(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url));
}

/** @returns the files that were not up to date */
async function writePages(): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const { file, build } of pages) {
    const text = await build();
    const before = await readFile(pathOf(file), 'utf8').catch(() => undefined);
    if (before === text) continue;
    await writeFile(pathOf(file), text);
    changed.push(file);
  }
  return changed;
}

if (import.meta.main) {
  const changed = await writePages();
  console.log(changed.length === 0 ? 'everything was up to date' : `written: ${changed.join(', ')}`);
}
