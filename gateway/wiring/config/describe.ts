/** The configuration as a list of keys, for documentation and for the test that the example is complete. */
import * as z from 'zod';
import { configSchema } from './schema.ts';

export interface KeyDescription {
  /** `listeners.https.port`; `NAME` stands for a key that the administrator chooses, `[]` for each entry of a list. */
  readonly path: string;
  /** A section has keys below it. */
  readonly isSection: boolean;
  /** `duration`, `whole number from 1 to 256`, `one of a, b`, … */
  readonly type: string;
  /** As it would be written; undefined when there is none: then the key may be left out only if it is optional. */
  readonly default: string | undefined;
  readonly required: boolean;
  readonly description: string;
}

/** The part of JSON Schema that `z.toJSONSchema` writes for the schemas of this folder. */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: string;
  readonly enum?: readonly unknown[];
  readonly valueType?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
}

/** Every key, each section before what is in it, in the order of the schemas. */
export function describeConfig(): readonly KeyDescription[] {
  return [...keysOf(z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'any' }) as JsonSchema, '')];
}

function* keysOf(schema: JsonSchema, path: string): Generator<KeyDescription> {
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    const childPath = path === '' ? key : `${path}.${key}`;
    yield describeKey(childPath, child, schema.required?.includes(key) === true);
    yield* below(child, childPath);
  }
}

function* below(schema: JsonSchema, path: string): Generator<KeyDescription> {
  yield* keysOf(schema, path);
  if (schema.items?.properties !== undefined) yield* keysOf(schema.items, `${path}[]`);
  const { additionalProperties: named } = schema;
  if (typeof named !== 'object') return;
  if (named.oneOf === undefined) yield describeKey(`${path}.NAME`, named, false);
  for (const variant of named.oneOf ?? []) {
    const variantPath = `${path}.NAME (${kindOf(variant)})`;
    yield describeKey(variantPath, variant, false);
    yield* keysOf(variant, variantPath);
  }
  yield* keysOf(named, `${path}.NAME`);
}

function kindOf(variant: JsonSchema): string {
  return String(variant.properties?.['kind']?.const);
}

function describeKey(path: string, schema: JsonSchema, required: boolean): KeyDescription {
  const { description } = schema;
  if (description === undefined) throw new Error(`the key ${path} has no description`);
  const isSection = schema.properties !== undefined || schema.additionalProperties !== undefined;
  return {
    path,
    isSection,
    type: typeOf(schema),
    // A section's default is that of its keys.
    default: schema.default === undefined || isSection ? undefined : written(schema.default),
    required,
    description,
  };
}

function typeOf(schema: JsonSchema): string {
  if (schema.valueType !== undefined) return schema.valueType;
  if (schema.const !== undefined) return `\`${schema.const}\``;
  if (schema.enum !== undefined) return `one of ${schema.enum.map((value) => `\`${String(value)}\``).join(', ')}`;
  if (schema.items !== undefined)
    return schema.items.properties === undefined ? `list of ${typeOf(schema.items)}s` : 'list of sections';
  if (schema.type === 'integer') return `whole number from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'boolean') return '`true` or `false`';
  if (schema.properties !== undefined) return 'section';
  return schema.additionalProperties === undefined ? 'text' : 'map of sections by name';
}

/** Texts as they are, lists and maps as YAML writes them in one line. */
function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value).map(([key, item]) => `${key}: ${written(item)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
