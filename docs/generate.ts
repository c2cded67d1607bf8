/**
 * Writes the documentation that is made from the program and from the index of standards: `npm run docs`. Tests fail when a file
 * is not what would be written.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderProtocolPages } from '../conformance/rfcs.ts';
import { configurationPage } from './configuration-page.ts';

/** Text of each page by its path below the root of the repository. */
export async function renderPages(): Promise<ReadonlyMap<string, string>> {
  return new Map([['docs/configuration.md', configurationPage()], ...(await renderProtocolPages())]);
}

export function pathOf(file: string): string {
  return fileURLToPath(new URL(`../${file}`, import.meta.url));
}

/** @returns the files that were not up to date */
async function writePages(): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const [file, text] of await renderPages()) {
    const path = pathOf(file);
    const before = await readFile(path, 'utf8').catch(() => undefined);
    if (before === text) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    changed.push(file);
  }
  return changed;
}

if (import.meta.main) {
  const changed = await writePages();
  console.log(changed.length === 0 ? 'everything was up to date' : `written: ${changed.join(', ')}`);
}
