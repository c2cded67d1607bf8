/** HEAD on an upload: tus 1.0 "HEAD": how many octets are durable. */
import type { Context } from '../context.ts';
import type { UploadTarget } from '../target.ts';
import { assertTus } from './protocol.ts';
import { expiryHeader, findUpload, stagingOf } from './session.ts';

export async function headUpload(context: Context, target: UploadTarget): Promise<void> {
  assertTus(context.exchange);
  const session = await findUpload(context, target);
  const offset = await stagingOf(context.viewer.domain).offset(session.id, context.call);
  const length: Record<string, string | number> =
    session.sizeOctets === undefined ? { 'Upload-Defer-Length': '1' } : { 'Upload-Length': session.sizeOctets };
  context.exchange.send(200, {
    'Upload-Offset': offset,
    ...length,
    ...(session.metadata === '' ? {} : { 'Upload-Metadata': session.metadata }),
    ...expiryHeader(session),
    'Cache-Control': 'no-store',
  });
}
