/** PATCH on an upload: tus 1.0 "PATCH". */
import { parseUploadLength, parseUploadOffset, tusContentType } from '../../wire/tus/headers.ts';
import { GatewayError } from '../../ports/errors.ts';
import type { UploadSession } from '../../ports/collection-store.ts';
import type { Context } from '../context.ts';
import { badRequest, DavProblem } from '../errors.ts';
import type { UploadTarget } from '../target.ts';
import { assertTus } from './protocol.ts';
import { appendBody, expiryHeader, findUpload } from './session.ts';

export async function appendUpload(context: Context, target: UploadTarget): Promise<void> {
  const { exchange } = context;
  assertTus(exchange);
  if (exchange.header('content-type') !== tusContentType) throw new DavProblem(415, `the body is ${tusContentType}`);
  const offset = parseUploadOffset(exchange.header('upload-offset'));
  if (offset === undefined || offset === 'invalid') throw badRequest('Upload-Offset is a number');
  const session = await withLength(context, await findUpload(context, target), offset);
  try {
    const reached = await appendBody(context, session, offset);
    exchange.send(204, { 'Upload-Offset': reached, ...expiryHeader(session) });
  } catch (error) {
    // tus 1.0 "PATCH": an offset that is not the current one is a conflict; one upload has one writer at a time.
    if (error instanceof GatewayError && error.code === 'precondition-failed') {
      throw new DavProblem(409, 'Upload-Offset is not where this upload is; ask by HEAD');
    }
    throw error;
  }
}

/** Extension creation-defer-length: the length may come with any PATCH, once. */
async function withLength(context: Context, session: UploadSession, offset: number): Promise<UploadSession> {
  const length = parseUploadLength(context.exchange.header('upload-length'));
  if (length === undefined) return session;
  if (length === 'invalid' || (session.sizeOctets !== undefined && session.sizeOctets !== length)) {
    throw badRequest('Upload-Length is a number and never changes');
  }
  if (length < offset) throw badRequest('Upload-Length is less than what is there already');
  if (length > context.options.maxResourceOctets) throw new DavProblem(413, 'this is more than a file may have');
  const known = { ...session, sizeOctets: length };
  await context.viewer.domain.collections.saveUpload(known, context.call);
  return known;
}
