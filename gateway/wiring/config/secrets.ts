/** Checks that every secret that a configuration refers to can be opened, before anything is built. */
import { problemAt } from './problems.ts';
import type { ConfigProblem } from './problems.ts';
import { resolveSecret, SecretReference } from './secret-reference.ts';
import type { SecretSource } from './secret-reference.ts';
import type { ConfigPath, YamlSource } from './source.ts';

export async function checkSecrets(
  values: unknown,
  source: YamlSource,
  places: SecretSource,
): Promise<readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  for (const [path, reference] of secretsIn(values, [])) {
    const resolved = await resolveSecret(reference, places);
    if (!resolved.ok) problems.push(problemAt(source, path, resolved.reason));
  }
  return problems;
}

function* secretsIn(value: unknown, path: ConfigPath): Generator<readonly [ConfigPath, SecretReference]> {
  if (value instanceof SecretReference) yield [path, value];
  else if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* secretsIn(item, [...path, index]);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* secretsIn(item, [...path, key]);
  }
}
