import { parse } from 'yaml';

/** Reads YAML text. The caller checks the shape. */
export function parseYaml(text: string): unknown {
  return parse(text) as unknown;
}
