/**
 * Writes the few kinds of DER (ITU-T X.690 §10) that a certificate consists of. Each function answers one complete
 * tag-length-value.
 */

export type Der = Uint8Array;

/** @param tag identifier octet, for example 0x30 for SEQUENCE */
export function tagged(tag: number, ...contents: readonly Uint8Array[]): Der {
  const content = Buffer.concat(contents);
  return Buffer.concat([Uint8Array.of(tag), lengthOctets(content.length), content]);
}

/** X.690 §8.1.3: the short form below 128, else the fewest octets that hold it. */
function lengthOctets(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Uint8Array.of(0x80 | octets.length, ...octets);
}

export function sequence(...items: readonly Der[]): Der {
  return tagged(0x30, ...items);
}

export function set(...items: readonly Der[]): Der {
  return tagged(0x31, ...items);
}

/** A number that is not negative, as big-endian octets: X.690 §8.3 wants the fewest octets and a clear sign bit. */
export function integer(octets: Uint8Array): Der {
  const first = octets.findIndex((octet) => octet !== 0);
  const significant = first === -1 ? Uint8Array.of(0) : octets.subarray(first);
  return tagged(0x02, ...((significant[0] ?? 0) >= 0x80 ? [Uint8Array.of(0)] : []), significant);
}

export const derTrue: Der = tagged(0x01, Uint8Array.of(0xff));

export function octetString(octets: Uint8Array): Der {
  return tagged(0x04, octets);
}

/** @param unusedBits of the last octet, 0 to 7 */
export function bitString(octets: Uint8Array, unusedBits: number = 0): Der {
  return tagged(0x03, Uint8Array.of(unusedBits), octets);
}

export function utf8String(text: string): Der {
  return tagged(0x0c, Buffer.from(text, 'utf8'));
}

/** @param dotted like `2.5.29.17` */
export function objectIdentifier(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): readonly number[] {
  const octets = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) octets.unshift(0x80 | (rest % 128));
  return octets;
}

/** RFC 5280 §4.1.2.5: UTCTime up to the year 2049, GeneralizedTime after it; whole seconds, always Z. */
export function time(epochMs: number): Der {
  const digits = new Date(epochMs).toISOString().replace(/[-:T]|\.\d+/g, '');
  const year = Number(digits.slice(0, 4));
  return year < 2050 ? tagged(0x17, Buffer.from(digits.slice(2))) : tagged(0x18, Buffer.from(digits));
}
