/** The kinds of value that a configuration is made of: text, names, durations, sizes, secrets, and sections of them. */
import { isIP } from 'node:net';
import * as z from 'zod';
import { didYouMean } from './did-you-mean.ts';
import { parseSecretReference } from './secret-reference.ts';

/** What `docs/configuration.md` says of a value beyond its JSON type. */
export type ValueType = 'duration' | 'size' | 'secret' | 'path' | 'host name' | 'network' | 'address' | 'adapter name';

/** A map with these keys and no others. A key that does not exist is answered with the closest one that does. */
export function section<Shape extends z.core.$ZodLooseShape>(description: string, shape: Shape) {
  const known = Object.keys(shape);
  return z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === 'unrecognized_keys' ? issue.keys.map((key) => unknownKey(key, known)).join('\n') : undefined,
    })
    .meta({ description });
}

/** One line for each unknown key; `problems.ts` splits them again. */
function unknownKey(key: string, known: readonly string[]): string {
  const guess = didYouMean(key, known);
  const allowed = guess === undefined ? `known here: ${known.join(', ')}` : `did you mean "${guess}"?`;
  return `unknown key "${key}"; ${allowed}`;
}

const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const sizeUnits = {
  B: 1,
  kB: 1000,
  KB: 1000,
  MB: 1000 ** 2,
  GB: 1000 ** 3,
  TB: 1000 ** 4,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
} as const;

/** A number with a unit behind it; undefined when the text is not one. */
export function parseQuantity(text: string, units: Readonly<Record<string, number>>): number | undefined {
  const match = /^(?<amount>\d+(?:\.\d+)?)\s*(?<unit>[A-Za-z]+)$/.exec(text.trim());
  const unit = units[match?.groups?.['unit'] ?? ''];
  if (match?.groups?.['amount'] === undefined || unit === undefined) return undefined;
  return Number(match.groups['amount']) * unit;
}

function quantity(kind: 'duration' | 'size', units: Readonly<Record<string, number>>, perNumber: number, help: string) {
  return (description: string, minimum: number, maximum: number = Number.MAX_SAFE_INTEGER) =>
    z
      .union([z.string(), z.number()], { error: () => `must be a ${kind}: ${help}` })
      .transform((value, context) => {
        const amount = typeof value === 'number' ? value * perNumber : parseQuantity(value, units);
        if (amount === undefined || !Number.isSafeInteger(amount) || amount < 0) {
          context.addIssue({ code: 'custom', message: `must be a ${kind}: ${help}` });
          return z.NEVER;
        }
        if (amount < minimum || amount > maximum) {
          const from = formatQuantity(kind, minimum);
          const to = formatQuantity(kind, maximum);
          const allowed = maximum === Number.MAX_SAFE_INTEGER ? `at least ${from}` : `from ${from} to ${to}`;
          context.addIssue({ code: 'custom', message: `must be ${allowed}` });
          return z.NEVER;
        }
        return amount;
      })
      .meta({ description, valueType: kind });
}

/** The largest unit that says an amount in whole numbers: `90000` ms is `90s`. */
export function formatQuantity(kind: 'duration' | 'size', amount: number): string {
  const units: Readonly<Record<string, number>> = kind === 'duration' ? durationUnits : sizeUnits;
  const ascending = Object.entries(units).sort((a, b) => a[1] - b[1]);
  let best = `${amount}${kind === 'duration' ? 'ms' : 'B'}`;
  for (const [unit, factor] of ascending)
    if (amount >= factor && amount % factor === 0) best = `${amount / factor}${unit}`;
  return best;
}

/** `30s`, `5m`, `2h`, `7d`, `250ms`, or a number of seconds. Becomes milliseconds. */
export const duration = quantity(
  'duration',
  durationUnits,
  1000,
  'like 250ms, 30s, 5m, 2h or 7d, or a number of seconds',
);

/** `64KiB`, `10MB`, `10GB`, or a number of octets. Becomes octets. */
export const size = quantity('size', sizeUnits, 1, 'like 64KiB, 10MB or 10GB, or a number of octets');

export function wholeNumber(description: string, minimum: number, maximum: number) {
  const allowed = `must be a whole number from ${minimum} to ${maximum}`;
  return z
    .number()
    .refine((value) => Number.isInteger(value) && value >= minimum && value <= maximum, {
      error: (issue) => `${allowed}, is ${String(issue.input)}`,
    })
    .meta({ description, type: 'integer', minimum, maximum });
}

export function text(description: string) {
  return z.string().trim().min(1).meta({ description });
}

/** A path; a relative one begins at the folder that the section names. */
export function path(description: string) {
  return z.string().min(1).meta({ description, valueType: 'path' });
}

/** A file with a secret in it, or a variable of the environment that holds it; never the secret itself. */
export function secret(description: string) {
  return z
    .unknown()
    .transform((value, context) => {
      const reference = parseSecretReference(value);
      if (reference !== undefined) return reference;
      context.addIssue({
        code: 'custom',
        message: 'a secret is not written in the configuration: give ${NAME} of an environment variable, or file:PATH',
      });
      return z.NEVER;
    })
    .meta({ description, valueType: 'secret' });
}

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const hostPattern = new RegExp(`^${label}(?:\\.${label})*$`);

/** A DNS name in lower case (RFC 1123 §2.1); internationalised names as their A-labels. */
export function isHostName(name: string): boolean {
  return name.length <= 253 && hostPattern.test(name) && isIP(name) === 0;
}

export function hostName(description: string) {
  return z
    .string()
    .toLowerCase()
    .refine(isHostName, { error: 'must be a host name like files.univ.example' })
    .meta({ description, valueType: 'host name' });
}

/** A host name, or `*.` and one. */
export function certificateName(description: string) {
  return z
    .string()
    .toLowerCase()
    .refine((name) => isHostName(name.startsWith('*.') ? name.slice(2) : name), {
      error: 'must be a host name like files.univ.example, or *.univ.example',
    })
    .meta({ description, valueType: 'host name' });
}

/** An address to listen on; `*` is every address of the machine, IPv6 and IPv4. */
export function address(description: string) {
  return z
    .string()
    .refine((value) => value === '*' || isIP(value) !== 0, {
      error: 'must be an IPv4 or IPv6 address, or "*" for all of the machine',
    })
    .meta({ description, valueType: 'address' });
}

/** `192.0.2.0/24`, `2001:db8::/32`, or one address. */
export function network(description: string) {
  return z
    .string()
    .refine(isNetwork, { error: 'must be a network like 10.0.0.0/8 or fd00::/8, or one address' })
    .meta({ description, valueType: 'network' });
}

function isNetwork(value: string): boolean {
  const [base = '', bits, ...rest] = value.split('/');
  const family = isIP(base);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
}

const adapterNamePattern = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

export function adapterName(description: string) {
  return z
    .string()
    .regex(adapterNamePattern, { error: 'must be a name of letters, digits, "-" and "_" that begins with a letter' })
    .meta({ description, valueType: 'adapter name' });
}

/** A size as people write it; undefined when it is none. */
export function parseSize(text: string): number | undefined {
  const octets = /^\d+$/.test(text) ? Number(text) : parseQuantity(text, sizeUnits);
  return octets !== undefined && Number.isSafeInteger(octets) ? octets : undefined;
}
