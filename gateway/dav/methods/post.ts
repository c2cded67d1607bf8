/** POST: on a collection it begins a resumable upload (tus 1.0); nothing else is posted here. */
import type { Context } from '../context.ts';
import type { Target } from '../target.ts';
import { createUpload } from '../uploads/create.ts';
import { methodNotAllowed } from './allow.ts';

export async function post(context: Context, target: Target): Promise<void> {
  if (context.exchange.header('tus-resumable') === undefined) throw methodNotAllowed(target);
  await createUpload(context, target);
}
