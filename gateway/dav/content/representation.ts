/** `Prefer: return=representation` for what changes a resource: RFC 7240 §4.2, RFC 8144 §3. */
import { Privilege } from '../../ports/privilege.ts';
import { parsePrefer } from '../../wire/http/prefer.ts';
import type { Context } from '../context.ts';
import { describe, sendOctetsOf } from './send.ts';

/**
 * Answers a write with the resource as it is now, if the client asked for that and may read it.
 * @param status of the answer; 204 becomes 200, because there is a body
 * @returns whether it answered
 */
export async function answerWithRepresentation(context: Context, path: string, status: number): Promise<boolean> {
  const { exchange } = context;
  if (!parsePrefer(exchange.header('prefer')).representation) return false;
  const target = await context.locate(path);
  if (target.kind !== 'node' || target.node.type !== 'resource') return false;
  if ((target.privileges & Privilege.read) === 0) return false;
  await describe(context, target, target.node);
  exchange.response.setHeader('Content-Location', target.href);
  exchange.response.setHeader('Preference-Applied', 'return=representation');
  exchange.response.setHeader('Vary', 'Prefer');
  await sendOctetsOf(context, target, target.node, undefined, status === 204 ? 200 : status);
  return true;
}
