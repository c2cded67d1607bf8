/** Says what is wrong with a configuration: each problem with its place and with what is allowed there. */
import type * as z from 'zod';
import type { ConfigPath, Position, YamlSource } from './source.ts';

export interface ConfigProblem extends Position {
  /** `domains."univ.example".collections`; empty for the file as a whole (whose line is then 0) and for YAML itself. */
  readonly path: string;
  readonly message: string;
}

/** Everything that is wrong with a configuration, at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** As the person named it. */
  readonly file: string;
  readonly problems: readonly ConfigProblem[];

  constructor(file: string, problems: readonly ConfigProblem[]) {
    super(
      `${file} has ${problems.length} problem${problems.length === 1 ? '' : 's'}:\n${formatProblems(file, problems)}`,
    );
    this.file = file;
    this.problems = problems;
  }
}

/** One line a problem: `FILE:LINE:COLUMN PATH: MESSAGE`, which editors and terminals make a link of. */
export function formatProblems(file: string, problems: readonly ConfigProblem[]): string {
  const lines = problems.map(({ path, line, column, message }) => {
    const where = line === 0 ? file : `${file}:${line}:${column}`;
    return path === '' ? `${where} ${message}` : `${where} ${path}: ${message}`;
  });
  return lines.join('\n');
}

export function formatPath(path: ConfigPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : '.'}${/^[\w-]+$/.test(part) ? part : JSON.stringify(part)}`;
  }
  return text;
}

/** In the order in which they are written. */
export function sortProblems(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return [...problems].sort((a, b) => a.line - b.line || a.column - b.column);
}

export function problemAt(source: YamlSource, path: ConfigPath, message: string): ConfigProblem {
  return { path: formatPath(path), ...source.positionOf(path), message };
}

/** What the schemas found, in words. */
export function issueProblems(issues: readonly z.core.$ZodIssue[], source: YamlSource): readonly ConfigProblem[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split('\n');
      return issue.keys.map((key, index) => ({
        path: formatPath([...path, key]),
        ...source.keyPositionOf([...path, key]),
        message: messages[index] ?? issue.message,
      }));
    }
    if (issue.code === 'invalid_key') {
      return [
        { path: formatPath(path), ...source.keyPositionOf(path), message: issue.issues[0]?.message ?? issue.message },
      ];
    }
    return [problemAt(source, path, describeIssue(issue))];
  });
}

/** Values are shown only where they were compared with something: what stands in a wrong place may be a secret. */
function describeIssue(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `is missing: must be ${typeName(issue.expected)}`
        : `must be ${typeName(issue.expected)}, is ${typeName(kindOf(issue.input))}`;
    case 'invalid_value':
      return issue.input === undefined
        ? `is missing: must be ${oneOf(issue.values)}`
        : `must be ${oneOf(issue.values)}, is ${JSON.stringify(issue.input)}`;
    case 'invalid_union':
      return describeUnion(issue);
    case 'too_small':
      return `must have at least ${issue.minimum} ${unitOf(issue.origin)}`;
    case 'too_big':
      return `must have at most ${issue.maximum} ${unitOf(issue.origin)}`;
    case 'unrecognized_keys':
    case 'invalid_key':
    case 'invalid_element':
    case 'invalid_format':
    case 'not_multiple_of':
    case 'custom':
      return issue.message;
  }
}

function describeUnion(issue: Extract<z.core.$ZodIssue, { code: 'invalid_union' }>): string {
  if (!('options' in issue) || issue.options === undefined) return issue.message;
  const given: unknown = Reflect.get(Object(issue.input), issue.discriminator ?? '');
  const allowed = oneOf(issue.options);
  return given === undefined ? `is missing: must be ${allowed}` : `must be ${allowed}, is ${JSON.stringify(given)}`;
}

function oneOf(values: readonly unknown[]): string {
  const words = values.map(String);
  return words.length === 1 ? String(words[0]) : `one of ${words.join(', ')}`;
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map of keys and values',
  record: 'a map of keys and values',
  array: 'a list',
  null: 'empty',
};

function typeName(type: string): string {
  return typeNames[type] ?? type;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function unitOf(origin: string): string {
  return origin === 'string' ? 'characters' : 'entries';
}
