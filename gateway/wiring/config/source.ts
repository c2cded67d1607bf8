/** A YAML text with the place of everything in it, so that a problem can be shown where it is. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Pair, YAMLError } from 'yaml';

/** Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Position {
  readonly message: string;
}

export type ConfigPath = readonly (string | number)[];

export interface YamlSource {
  /** Plain data; an empty text is an empty map. */
  readonly value: unknown;
  /** What is wrong with the YAML itself; `value` is not to be used when there is anything. */
  readonly problems: readonly SyntaxProblem[];
  /** Where the value at a path is; where it does not exist, the closest thing around it that does. */
  positionOf(path: ConfigPath): Position;
  /** Where the key at the end of a path is written. */
  keyPositionOf(path: ConfigPath): Position;
}

export function parseYaml(text: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error', version: '1.2' });
  const position = (offset: number | undefined): Position => {
    const { line, col } = lines.linePos(offset ?? 0);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems = withoutFollowers([...document.errors, ...document.warnings]).map((error) => ({
    ...position(error.pos[0]),
    message: error.message,
  }));
  return {
    value: problems.length > 0 ? undefined : toPlain(document, problems),
    problems,
    positionOf: (path) => position(walk(document, path).at(-1)?.valueOffset),
    keyPositionOf: (path) => position(walk(document, path).at(-1)?.keyOffset),
  };
}

/** Behind something that is no YAML the parser stumbles over every word; it is the first that the person has to mend. */
function withoutFollowers(errors: readonly YAMLError[]): readonly YAMLError[] {
  return errors.filter((error, index) => index === 0 || error.code !== 'UNEXPECTED_TOKEN');
}

function toPlain(document: Document, problems: SyntaxProblem[]): unknown {
  try {
    // An empty document is null: the same as a configuration that leaves everything out.
    return (document.toJS({ maxAliasCount: 100 }) as unknown) ?? {};
  } catch (error) {
    const message = error instanceof Error ? error.message : 'the aliases cannot be resolved';
    problems.push({ line: 1, column: 1, message });
    return undefined;
  }
}

interface Step {
  readonly keyOffset: number | undefined;
  readonly valueOffset: number | undefined;
}

/** The steps from the document to the deepest part of the path that exists. */
function walk(document: Document, path: ConfigPath): readonly Step[] {
  let node = document.contents as Node | null | undefined;
  const steps: Step[] = [{ keyOffset: node?.range?.[0], valueOffset: node?.range?.[0] }];
  for (const part of path) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.find((item) => keyOf(item) === String(part)) : undefined;
    const child = pair === undefined && isSeq(node) ? (node.items[Number(part)] as Node | undefined) : pair?.value;
    if (child === undefined) return steps;
    const keyOffset = (pair?.key as Node | undefined)?.range?.[0];
    node = child as Node | null;
    // A key without a value (`port:`) has no place of its own.
    const valueOffset = node?.range?.[0] ?? keyOffset;
    steps.push({ keyOffset: keyOffset ?? valueOffset, valueOffset });
  }
  return steps;
}

function keyOf(pair: Pair): string | undefined {
  return isScalar(pair.key) ? String(pair.key.value) : undefined;
}
