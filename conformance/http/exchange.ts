import type { ResponseHead } from './response.ts';

/** A request and its answer as text for a report: shortened, and without credentials. */
export interface Exchange {
  readonly sent: string;
  readonly received: string;
}

const shownCharacters = 2_000;
const secretFields = /^(authorization|proxy-authorization|cookie|set-cookie|authentication-info)\s*:.*$/gim;

/** Replaces the values of fields that hold credentials. */
export function maskCredentials(text: string): string {
  return text.replace(secretFields, (line) => `${line.slice(0, line.indexOf(':'))}: [secret]`);
}

/** Shortens to what a reader of a report needs; octets that are not text are counted instead of shown. */
export function shorten(octets: Buffer): string {
  if (octets.length === 0) return '';
  const start = octets.subarray(0, shownCharacters).toString('utf8');
  if (/[\0-\x08\x0e-\x1f\uFFFD]/.test(start)) return `[${octets.length} octets]`;
  return octets.length > shownCharacters ? `${start}… [${octets.length} octets in all]` : start;
}

/** The request for a report. */
export function describeSent(head: string, body: Buffer): string {
  return maskCredentials(head.replaceAll('\r\n', '\n').trimEnd()) + (body.length === 0 ? '' : `\n\n${shorten(body)}`);
}

/** The response for a report. */
export function describeReceived(interim: readonly ResponseHead[], head: ResponseHead, body: Buffer): string {
  const heads = [...interim, head].map((one) => {
    const fields = one.fields.map(({ name, value }) => `${name}: ${value}`);
    return maskCredentials([`HTTP/${one.version} ${one.status} ${one.reason}`.trimEnd(), ...fields].join('\n'));
  });
  return heads.join('\n\n') + (body.length === 0 ? '' : `\n\n${shorten(body)}`);
}
