/** Makes what a log line carries safe to print: secrets hidden, errors with their causes, nothing endless. */
import { GatewayError } from '../ports/errors.ts';
import { Secret } from '../ports/secret.ts';

/** A value as JSON can hold it. */
export type Printable = string | number | boolean | null | readonly Printable[] | { readonly [key: string]: Printable };

const hidden = '[secret]';
const deepestLevel = 5;
const longestText = 4096;
const mostMembers = 100;

/** Names under which a credential travels in the headers or options that may slip into a line. */
const credentialNames = /^(?:proxy-)?authorization$|^(?:set-)?cookie2?$|passwords?$|passphrase$|secret$|private-?key$/i;

/** The fields of one line. `undefined` members are left out. */
export function printableFields(fields: Readonly<Record<string, unknown>>): { readonly [key: string]: Printable } {
  return printableMembers(fields, 0);
}

function printableMembers(members: Readonly<Record<string, unknown>>, level: number): { [key: string]: Printable } {
  const result: { [key: string]: Printable } = {};
  let count = 0;
  for (const [name, value] of Object.entries(members)) {
    if (value === undefined) continue;
    count += 1;
    if (count > mostMembers) {
      result['…'] = 'more members left out';
      break;
    }
    result[name] = credentialNames.test(name) ? hidden : printable(value, level + 1);
  }
  return result;
}

function printable(value: unknown, level: number): Printable {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value.length > longestText ? `${value.slice(0, longestText)}…` : value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'object') return printableObject(value, level);
  return typeof value === 'bigint' || typeof value === 'symbol' ? value.toString() : '[function]';
}

function printableObject(value: object, level: number): Printable {
  if (value instanceof Secret) return hidden;
  if (value instanceof Error) return printableError(value, level);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} octets]`;
  if (level > deepestLevel) return '[deeper]';
  if (Array.isArray(value)) return printableList(value, level);
  if (value instanceof Map) return printableMembers(Object.fromEntries(value), level);
  if (value instanceof Set) return printableList([...value], level);
  if ('toJSON' in value && typeof value.toJSON === 'function') return printable(value.toJSON(), level + 1);
  return printableMembers({ ...value }, level);
}

/** Raw header lists are name, value, name, value: a value after a credential's name is hidden too. */
function printableList(list: readonly unknown[], level: number): Printable[] {
  return list.slice(0, mostMembers).map((item, index) => {
    const before = list[index - 1];
    return typeof before === 'string' && credentialNames.test(before) ? hidden : printable(item, level + 1);
  });
}

/**
 * Code, message and causes. The stack is given only for what is a fault of the program (`internal`, or no GatewayError):
 * a refused request is no fault, and its stack would only be long.
 */
function printableError(error: Error, level: number): { readonly [key: string]: Printable } {
  const result: { [key: string]: Printable } = { name: error.name, message: printable(error.message, level) };
  if ('code' in error) result['code'] = printable(error.code, level + 1);
  if (error instanceof GatewayError && Object.keys(error.detail).length > 0) {
    result['detail'] = printable(error.detail, level + 1);
  }
  if (!(error instanceof GatewayError) || error.code === 'internal') result['stack'] = printable(error.stack, level);
  if (level > deepestLevel) return result;
  if (error instanceof AggregateError) result['errors'] = printableList(error.errors, level + 1);
  if (error.cause !== undefined) result['cause'] = printable(error.cause, level + 1);
  return result;
}
