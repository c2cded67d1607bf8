/** Templates as prepared statements: a name and a text for each template, or for each combination of list sizes of it. */
import type { SqlParameter, SqlValue } from '../sql/engine.ts';
import { SqlList } from '../sql/list.ts';

export interface NamedStatement {
  /** The same on every connection; a connection prepares it when it meets it first. */
  readonly name: string;
  readonly text: string;
}

/** The templates of the program are finite, lists have ten sizes, and so this cache and those of the connections are bounded. */
export class StatementNames {
  readonly #byTemplate = new Map<TemplateStringsArray, Map<string, NamedStatement>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(strings: TemplateStringsArray, values: readonly SqlParameter[]): NamedStatement {
    let forms = this.#byTemplate.get(strings);
    if (forms === undefined) this.#byTemplate.set(strings, (forms = new Map()));
    const sizes = listSizes(values);
    let statement = forms.get(sizes);
    if (statement === undefined) {
      this.#size += 1;
      statement = { name: `s${this.#size}`, text: sqlText(strings, values) };
      forms.set(sizes, statement);
    }
    return statement;
  }
}

function listSizes(values: readonly SqlParameter[]): string {
  let key = '';
  for (const value of values) if (value instanceof SqlList) key += `${value.values.length},`;
  return key;
}

/** `$1`, `$2` … in the place of each value and of each value of a list. */
export function sqlText(strings: TemplateStringsArray, values: readonly SqlParameter[]): string {
  let last = 0;
  const placeholder = (): string => `$${(last += 1)}`;
  return strings.reduce((text, part, index) => {
    const value = values[index - 1];
    return `${text}${value instanceof SqlList ? `(${value.values.map(placeholder).join(', ')})` : placeholder()}${part}`;
  });
}

export function bindings(values: readonly SqlParameter[]): SqlValue[] {
  const bound: SqlValue[] = [];
  for (const value of values) {
    if (value instanceof SqlList) bound.push(...value.values);
    else bound.push(value);
  }
  return bound;
}
