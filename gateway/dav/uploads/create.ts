/** POST on a collection: tus 1.0, extensions creation, creation-with-upload and creation-defer-length. */
import { randomBytes } from 'node:crypto';
import type { UploadSession } from '../../ports/collection-store.ts';
import { decodePath, encodeSegment } from '../../wire/dav/href.ts';
import {
  metadataText,
  parseUploadDeferLength,
  parseUploadLength,
  parseUploadMetadata,
  tusContentType,
} from '../../wire/tus/headers.ts';
import type { Context } from '../context.ts';
import { refuseEarly } from '../early-refusals.ts';
import { badRequest, DavProblem, notFound } from '../errors.ts';
import { assertWritable } from '../methods/put.ts';
import { methodNotAllowed } from '../methods/allow.ts';
import { uploadHref } from '../paths.ts';
import type { NodeTarget, Target } from '../target.ts';
import { assertTus } from './protocol.ts';
import { appendBody, expiryFrom, expiryHeader, finish, stagingOf } from './session.ts';

export async function createUpload(context: Context, target: Target): Promise<void> {
  assertTus(context.exchange);
  if (target.kind === 'nothing' || target.kind === 'orphan' || target.kind === 'unmapped') throw notFound();
  if (target.kind !== 'node' || target.node.type !== 'collection') throw methodNotAllowed(target);
  if (target.store !== context.viewer.domain.collections) {
    throw new DavProblem(403, 'uploads can be resumed only in folders of your own institution; use PUT here');
  }
  const session = await describe(context, target);
  await stagingOf(context.viewer.domain).begin(session.id, context.call);
  await target.store.saveUpload(session, context.call);
  await begin(context, session);
}

async function describe(context: Context, target: NodeTarget): Promise<UploadSession> {
  const { exchange } = context;
  const sizeOctets = lengthOf(context);
  const header = exchange.header('upload-metadata');
  const metadata = parseUploadMetadata(header);
  if (!metadata.ok) throw badRequest(metadata.reason);
  const name = metadataText(metadata.value, 'filename') ?? metadataText(metadata.value, 'name');
  if (name === undefined || name === '') throw badRequest('Upload-Metadata names the file as filename');
  const path = target.href + encodeSegment(name);
  const decoded = decodePath(path);
  if (!decoded.ok || decoded.collection) throw badRequest('the filename in Upload-Metadata cannot be used');
  const at = context.at(path);
  const writable = await assertWritable(at, await at.locateRequest());
  const { place } = writable;
  await refuseEarly(at, writable, sizeOctets ?? 0);
  return {
    id: randomBytes(24).toString('base64url'),
    principalId: context.viewer.principal.id,
    tree: place.asked,
    path: place.path,
    sizeOctets,
    contentType: metadataText(metadata.value, 'filetype') ?? metadataText(metadata.value, 'type'),
    metadata: header ?? '',
    expires: expiryFrom(context),
  };
}

function lengthOf(context: Context): number | undefined {
  const length = parseUploadLength(context.exchange.header('upload-length'));
  const deferred = parseUploadDeferLength(context.exchange.header('upload-defer-length'));
  if (length === 'invalid' || deferred === 'invalid' || (length === undefined) !== deferred) {
    throw badRequest('a number in Upload-Length, or Upload-Defer-Length: 1');
  }
  const limit = context.options.maxResourceOctets;
  if ((length ?? 0) > limit) throw new DavProblem(413, `a file may have ${limit} octets`);
  return length;
}

async function begin(context: Context, session: UploadSession): Promise<void> {
  const { exchange, call } = context;
  const headers = { Location: uploadHref(session.id), ...expiryHeader(session) };
  const withBody = exchange.header('content-type') === tusContentType && exchange.hasBody;
  if (withBody) {
    exchange.send(201, { ...headers, 'Upload-Offset': await appendBody(context, session, 0) });
    return;
  }
  if (session.sizeOctets === 0) await finish(context, session, call);
  exchange.send(201, headers);
}
