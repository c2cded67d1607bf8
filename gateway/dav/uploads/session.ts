/** A resumable upload under way: finding it, and what becomes of it when it is complete. */
import { GatewayError } from '../../ports/errors.ts';
import type { BlobStaging } from '../../ports/blob-store.ts';
import type { UploadSession } from '../../ports/collection-store.ts';
import type { Call } from '../../ports/call.ts';
import { formatHttpDate } from '../../wire/http/date.ts';
import { parseOcMtime } from '../../wire/dav/headers.ts';
import { encodeSegment } from '../../wire/dav/href.ts';
import { metadataText, parseUploadMetadata } from '../../wire/tus/headers.ts';
import { etagOf, withContentType } from '../content/receive.ts';
import type { Context } from '../context.ts';
import { DavProblem, notFound } from '../errors.ts';
import { refuseEarly } from '../early-refusals.ts';
import { assertWritable, commitContent } from '../methods/put.ts';
import { homeHref } from '../paths.ts';
import type { UploadTarget } from '../target.ts';
import type { Domain } from '../../services/domains.ts';

export function stagingOf(domain: Domain): BlobStaging {
  const { staging } = domain.blobs;
  if (staging === undefined) throw new DavProblem(501, 'uploads cannot be resumed here; use PUT');
  return staging;
}

/** The upload that a URL names, if it is this person's. */
export async function findUpload(context: Context, target: UploadTarget): Promise<UploadSession> {
  const { domain, principal } = context.viewer;
  const session = await domain.collections.upload(target.id, context.call);
  if (session === undefined || session.principalId !== principal.id) throw notFound();
  if (session.expires.epochMilliseconds <= context.clock.nowMs()) throw new DavProblem(410, 'this upload has expired');
  return session;
}

export function expiryFrom(context: Context): Temporal.Instant {
  return Temporal.Instant.fromEpochMilliseconds(context.clock.nowMs() + context.options.uploadExpiryHours * 3_600_000);
}

/** tus 1.0, expiration extension. */
export function expiryHeader(session: UploadSession): Readonly<Record<string, string>> {
  return { 'Upload-Expires': formatHttpDate(session.expires.epochMilliseconds) };
}

/** Appends the request's body and, when that was the last of it, makes the file. @returns the new offset */
export async function appendBody(context: Context, session: UploadSession, offset: number): Promise<number> {
  const { exchange, options, call } = context;
  const staging = stagingOf(context.viewer.domain);
  const room = await roomForUpload(context, session, offset + (exchange.announcedOctets ?? 0));
  const limit = Math.min(session.sizeOctets ?? options.maxResourceOctets, room) - offset;
  const reached = await staging.append(session.id, offset, exchange.body(), limit, call);
  if (reached === session.sizeOctets) await finish(context, session, call);
  else await context.viewer.domain.collections.saveUpload({ ...session, expires: expiryFrom(context) }, call);
  return reached;
}

/** The request as if it had been made to the file that the upload is to become. */
async function atFile(context: Context, session: UploadSession): Promise<Context> {
  const owner = await context.viewer.domain.directory.principal(session.tree.owner, context.call);
  if (owner === undefined) throw new GatewayError('not-found', 'the folder of this upload is gone');
  return context.at(homeHref(owner.address) + session.path.map(encodeSegment).join('/'));
}

/**
 * Whether the file could be made now. Asked before octets are taken in: an upload that was complete, and then refused, would
 * have to be sent once more.
 * @param reachedOctets as far as is known before the body is read
 * @returns octets that the file may have
 */
async function roomForUpload(context: Context, session: UploadSession, reachedOctets: number): Promise<number> {
  const at = await atFile(context, session);
  return refuseEarly(at, await assertWritable(at, await at.locateRequest()), session.sizeOctets ?? reachedOctets);
}

/** The target is looked up again: the person must still be allowed to put the file there. */
export async function finish(context: Context, session: UploadSession, call: Call): Promise<void> {
  const { domain } = context.viewer;
  const at = await atFile(context, session);
  const ref = await stagingOf(domain).complete(session.id, call);
  await domain.collections.removeUpload(session.id, call);
  const received = { etag: etagOf(ref.sha256), sizeOctets: ref.sizeOctets, blobKey: ref.key };
  const content = withContentType(received, session.contentType);
  const { node } = await commitContent(at, await at.locateRequest(), content, modifiedOf(session));
  context.exchange.response.setHeader('ETag', `"${node.etag}"`);
}

/** COMPAT(ownCloud Infinite Scale, OpenCloud): `mtime` in Upload-Metadata, seconds as in X-OC-Mtime. */
function modifiedOf(session: UploadSession): Temporal.Instant | undefined {
  const metadata = parseUploadMetadata(session.metadata);
  const mtimeMs = metadata.ok ? parseOcMtime(metadataText(metadata.value, 'mtime')) : undefined;
  return typeof mtimeMs === 'number' ? Temporal.Instant.fromEpochMilliseconds(mtimeMs) : undefined;
}
