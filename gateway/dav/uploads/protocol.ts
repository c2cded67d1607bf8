/**
 * Resumable uploads by tus 1.0 (tus.io), which the clients and libraries in the field speak: POST on a collection makes an
 * upload, PATCH appends, HEAD tells how far it is, DELETE gives it up. The file appears when its last octet is durable.
 */
import { tusVersion } from '../../wire/tus/headers.ts';
import { DavProblem } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { DavOptions } from '../options.ts';

export function tusHeaders(options: DavOptions): Readonly<Record<string, string>> {
  return {
    'Tus-Resumable': tusVersion,
    'Tus-Version': tusVersion,
    'Tus-Extension': 'creation,creation-with-upload,creation-defer-length,expiration,termination',
    'Tus-Max-Size': String(options.maxResourceOctets),
  };
}

/** tus 1.0 "Tus-Resumable": a version that is not ours is refused with 412 and ours. */
export function assertTus(exchange: Exchange): void {
  exchange.response.setHeader('Tus-Resumable', tusVersion);
  if (exchange.header('tus-resumable') === tusVersion) return;
  throw new DavProblem(412, `this speaks tus ${tusVersion}`, undefined, { 'Tus-Version': tusVersion });
}
