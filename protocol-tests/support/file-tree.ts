/** A tree of files with the names and sizes that break file services, the same one for the same arguments. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';

/** Octets in a row that are like no other row: a cheap generator (mulberry32) is enough where only difference counts. */
export function pseudoRandomOctets(seed: number, size: number): Buffer {
  const octets = Buffer.allocUnsafe(size + 4);
  let state = seed >>> 0;
  for (let offset = 0; offset < size; offset += 4) {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    octets.writeUInt32LE((mixed ^ (mixed >>> 14)) >>> 0, offset);
  }
  return octets.subarray(0, size);
}

const mebibyte = 1024 * 1024;

/** Writes a file of any size without holding it in memory. */
export async function writeLargeFile(path: string, sizeOctets: number): Promise<void> {
  await using file = await open(path, 'w');
  const block = pseudoRandomOctets(sizeOctets, mebibyte);
  for (let written = 0; written < sizeOctets; written += mebibyte) {
    block.writeUInt32LE(written / mebibyte, 0); // no block is like another, so a swapped or doubled one shows
    await file.write(block, 0, Math.min(mebibyte, sizeOctets - written));
  }
}

/** One name for each thing that somebody once forgot; a number goes before it to make it unique. */
const nameKinds: readonly ((index: number) => string)[] = [
  (index) => `${index}.txt`,
  (index) => `with several  spaces ${index} .txt`,
  (index) => `100%25 or %2F or %zz or 50% ${index}`,
  (index) => `été élève garçon ${index}.odt`,
  (index) => `e\u0301te\u0301 decomposed ${index}`,
  (index) => `日本語の文書 ${index}.pdf`,
  (index) => `العربية ${index}`,
  (index) => `🧪 emoji 👩‍🔬 ${index}`,
  (index) => `a&b<c>d"e'f ${index}.xml`,
  (index) => `query?like#fragment;semi=1&x+y ${index}`,
  (index) => `[brackets] {braces} (parens) $dollar ~tilde ^caret \`tick\` |pipe, comma! @at: ${index}`,
  (index) => `${index}-${'long '.repeat(40)}`.slice(0, 199) + '.',
  (index) => `${index}${'é'.repeat(90)}`,
  (index) => `.hidden ${index}`,
  (index) => `-rf ${index}`,
];

const folderNames = [
  'plain',
  'with space',
  'per%cent %20',
  'unicode é 文',
  `deep/a/b/c/d/e/f`,
  `long-${'x'.repeat(195)}`,
];

/** Around the limits where a store may change its way: empty, one octet, 64 KiB, some more. */
const sizes = [0, 1, 100, 1_000, 5_000, 65_535, 65_536, 65_537, 200_000];

export interface TreeOptions {
  readonly files: number;
  /** Octets of one more file, `large.bin`; undefined: none. */
  readonly largeFileOctets?: number;
}

export async function createFileTree(root: string, options: TreeOptions): Promise<void> {
  for (let index = 0; index < options.files; index += 1) {
    const folder = folderNames[index % folderNames.length] ?? '';
    const name = nameKinds[index % nameKinds.length]?.(index) ?? '';
    const size = sizes[index % sizes.length] ?? 0;
    const path = join(root, folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, pseudoRandomOctets(index, size));
    await utimes(path, 1_700_000_000 + index, 1_700_000_000 + index);
  }
  if (options.largeFileOctets !== undefined) await writeLargeFile(join(root, 'large.bin'), options.largeFileOctets);
}

/** Path relative to the root and SHA-256 of every file. */
export async function hashTree(root: string): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    hashes.set(relative(root, path), hash.digest('hex'));
  }
  return hashes;
}
