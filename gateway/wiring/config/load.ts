/** From a YAML text to a configuration, or to every problem that it has. */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type * as z from 'zod';
import { ConfigError, issueProblems, sortProblems } from './problems.ts';
import type { ConfigProblem } from './problems.ts';
import { checkReferences } from './references.ts';
import { configSchema } from './schema.ts';
import type { ConfigInput, ConfigValues } from './schema.ts';
import { checkSecrets } from './secrets.ts';
import { parseYaml } from './source.ts';
import type { YamlSource } from './source.ts';

/** A configuration that was checked: every name in it leads somewhere, every secret can be opened. */
export interface Config extends ConfigValues {
  /** What the person called it; `(defaults)` when there is no file. */
  readonly file: string;
  /** The folder that relative paths begin at. */
  readonly baseDir: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export type ConfigResult =
  { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly ConfigProblem[] };

/** Reads and checks a file. @throws ConfigError with every problem at once */
export async function loadConfig(file: string, environment: Environment): Promise<Config> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const message = code === 'ENOENT' ? 'there is no such file' : `the file cannot be read (${code})`;
    throw new ConfigError(file, [{ path: '', line: 0, column: 0, message }]);
  }
  const result = await parseConfig(text, file, dirname(resolve(file)), environment);
  if (!result.ok) throw new ConfigError(file, result.problems);
  return result.config;
}

/** Checks a text. Problems are in the order in which they are written. */
export async function parseConfig(
  text: string,
  file: string,
  baseDir: string,
  environment: Environment,
): Promise<ConfigResult> {
  const source = parseYaml(text);
  if (source.problems.length > 0) {
    return { ok: false, problems: source.problems.map((problem) => ({ path: '', ...problem })) };
  }
  return validate(source, file, baseDir, environment);
}

/** A configuration without a file: the embedded default, and tests. @throws ConfigError */
export async function configFrom(input: ConfigInput, baseDir: string, environment: Environment = {}): Promise<Config> {
  const nowhere = { line: 0, column: 0 };
  const source = { value: input, problems: [], positionOf: () => nowhere, keyPositionOf: () => nowhere };
  const result = await validate(source, '(defaults)', baseDir, environment);
  if (!result.ok) throw new ConfigError('(defaults)', result.problems);
  return result.config;
}

async function validate(
  source: YamlSource,
  file: string,
  baseDir: string,
  environment: Environment,
): Promise<ConfigResult> {
  const parsed = configSchema.safeParse(source.value, { reportInput: true });
  const wrong = parsed.success ? new Set<PropertyKey>() : wrongSections(parsed.error.issues);
  const values = parsed.success ? parsed.data : rightSections(source.value, wrong);
  const problems = parsed.success ? [] : [...issueProblems(parsed.error.issues, source)];
  if (values !== undefined) {
    problems.push(...checkReferences(values, source, wrong));
    problems.push(...(await checkSecrets(values, source, { baseDir, environment })));
  }
  if (problems.length > 0 || !parsed.success) return { ok: false, problems: sortProblems(problems) };
  return { ok: true, config: { ...parsed.data, file, baseDir } };
}

/** Keys of the first level with something in them that has not its shape; those that do not exist are among them. */
function wrongSections(issues: readonly z.core.$ZodIssue[]): ReadonlySet<PropertyKey> {
  return new Set(
    issues.flatMap((issue) => {
      if (issue.path[0] !== undefined) return [issue.path[0]];
      return issue.code === 'unrecognized_keys' ? issue.keys : [];
    }),
  );
}

/** The configuration as if the wrong sections were left out; undefined when it is no map of sections at all. */
function rightSections(value: unknown, wrong: ReadonlySet<PropertyKey>): ConfigValues | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const right = Object.fromEntries(Object.entries(value).filter(([section]) => !wrong.has(section)));
  return configSchema.safeParse(right).data;
}
