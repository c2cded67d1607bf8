/** Where a secret is kept: the configuration names the place, and only wiring opens it. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { Secret } from '../../ports/secret.ts';

export class SecretReference {
  readonly kind: 'environment' | 'file';
  /** The variable's name, or the path as it is written in the configuration. */
  readonly place: string;

  constructor(kind: 'environment' | 'file', place: string) {
    this.kind = kind;
    this.place = place;
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}

/** `${NAME}` or `file:PATH`; undefined for anything else. */
export function parseSecretReference(value: unknown): SecretReference | undefined {
  if (typeof value !== 'string') return undefined;
  const variable = /^\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}$/.exec(value)?.groups?.['name'];
  if (variable !== undefined) return new SecretReference('environment', variable);
  const file = /^file:(?<path>.+)$/.exec(value)?.groups?.['path'];
  return file === undefined ? undefined : new SecretReference('file', file);
}

export interface SecretSource {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder that relative paths begin at: the one of the configuration's file. */
  readonly baseDir: string;
}

export type ResolvedSecret =
  { readonly ok: true; readonly secret: Secret } | { readonly ok: false; readonly reason: string };

/** Opens a secret. One line break at the end of a file is no part of it. */
export async function resolveSecret(reference: SecretReference, source: SecretSource): Promise<ResolvedSecret> {
  if (reference.kind === 'environment') {
    const value = source.environment[reference.place];
    if (value !== undefined && value !== '') return { ok: true, secret: new Secret(value) };
    return { ok: false, reason: `the environment variable ${reference.place} is not set` };
  }
  try {
    const content = await readFile(resolve(source.baseDir, reference.place), 'utf8');
    const value = content.replace(/\r?\n$/, '');
    if (value === '') return { ok: false, reason: `the file ${reference.place} is empty` };
    return { ok: true, secret: new Secret(value) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { ok: false, reason: `the file ${reference.place} cannot be read (${code})` };
  }
}
