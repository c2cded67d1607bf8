/**
 * Parts of the machine that a test needs and a contributor's machine may lack: Debian programs, /dev/fuse.
 *
 * A test whose part is missing is skipped and its title says why; with PASSERELLE_REQUIRE_PARTS=1, as on the project's own
 * continuous integration, it fails instead, so that nothing can fall silent there.
 */
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Implementation, TestFn } from 'ava';

export interface Part {
  readonly name: string;
  readonly isPresent: boolean;
}

/** Where a program is, in PATH or where Debian keeps servers; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** @throws Error when it is not installed: ask `findProgram` or declare the part first */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === undefined) throw new Error(`${name} is not installed`);
  return path;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export function programPart(name: string): Part {
  return { name, isPresent: findProgram(name) !== undefined };
}

/** Debian's `libnginx-mod-http-dav-ext` keeps its module here. */
export const nginxDavExtModule = '/usr/lib/nginx/modules/ngx_http_dav_ext_module.so';

export function nginxDavExtPart(): Part {
  return { name: 'libnginx-mod-http-dav-ext', isPresent: existsSync(nginxDavExtModule) };
}

/** davfs2 as root: the program, and a FUSE device that may be opened. */
export function fusePart(): Part {
  return { name: '/dev/fuse for root', isPresent: process.getuid?.() === 0 && canOpenFuse() };
}

function canOpenFuse(): boolean {
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Declares a test that needs parts: run where they are, skipped or (PASSERELLE_REQUIRE_PARTS=1) failed where they are not.
 * @param parts names of programs, or parts
 */
export function partTest<Context>(
  test: TestFn<Context>,
  parts: readonly (string | Part)[],
  title: string,
  implementation: Implementation<[], Context>,
): void {
  const missing = parts
    .map((part) => (typeof part === 'string' ? programPart(part) : part))
    .filter((part) => !part.isPresent)
    .map((part) => part.name);
  if (missing.length === 0) {
    test(title, implementation);
  } else if (process.env['PASSERELLE_REQUIRE_PARTS'] === '1') {
    test(title, (t) => {
      t.fail(`required here and missing: ${missing.join(', ')}`);
    });
  } else {
    test.skip(`${title} (skipped: ${missing.join(', ')} missing)`, implementation);
  }
}

/** Long runs at full size are asked for by PASSERELLE_SOAK=1. */
export const isSoak = process.env['PASSERELLE_SOAK'] === '1';
