/** DELETE on an upload: tus 1.0, extension termination. */
import type { Context } from '../context.ts';
import type { UploadTarget } from '../target.ts';
import { assertTus } from './protocol.ts';
import { findUpload, stagingOf } from './session.ts';

export async function terminateUpload(context: Context, target: UploadTarget): Promise<void> {
  assertTus(context.exchange);
  const session = await findUpload(context, target);
  await stagingOf(context.viewer.domain).abort(session.id, context.call);
  await context.viewer.domain.collections.removeUpload(session.id, context.call);
  context.exchange.send(204);
}
