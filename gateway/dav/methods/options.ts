/** OPTIONS: RFC 9110 §9.3.7, RFC 4918 §10.1. Answered before sign-in and for every path, as the Windows redirector needs. */
import { tusHeaders } from '../uploads/protocol.ts';
import type { Exchange } from '../exchange.ts';
import type { Target } from '../target.ts';

/** Methods by kind of target; the same lists stand in Allow of every 405. */
export const allowedMethods = {
  static: ['OPTIONS', 'GET', 'HEAD', 'PROPFIND', 'PROPPATCH', 'REPORT'],
  principal: ['OPTIONS', 'GET', 'HEAD', 'PROPFIND', 'PROPPATCH', 'REPORT'],
  collection: [
    'OPTIONS',
    'GET',
    'HEAD',
    'POST',
    'DELETE',
    'COPY',
    'MOVE',
    'PROPFIND',
    'PROPPATCH',
    'LOCK',
    'UNLOCK',
    'REPORT',
    'ACL',
  ],
  resource: [
    'OPTIONS',
    'GET',
    'HEAD',
    'PUT',
    'PATCH',
    'DELETE',
    'COPY',
    'MOVE',
    'PROPFIND',
    'PROPPATCH',
    'LOCK',
    'UNLOCK',
    'REPORT',
    'ACL',
  ],
  unmapped: ['OPTIONS', 'PUT', 'MKCOL', 'LOCK', 'POST'],
  upload: ['OPTIONS', 'HEAD', 'PATCH', 'DELETE'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Every method that there is, for a client that is not signed in and may not learn what exists. */
const anything = [...new Set(Object.values(allowedMethods).flat())];

export function allowedOn(target: Target | undefined): readonly string[] {
  switch (target?.kind) {
    case 'static':
    case 'principal':
    case 'upload':
    case 'unmapped':
      return allowedMethods[target.kind];
    case 'node':
      return allowedMethods[target.node.type];
    default:
      return anything;
  }
}

/** @param target undefined when nobody is signed in */
export function options(exchange: Exchange, target: Target | undefined): void {
  exchange.send(200, {
    Allow: allowedOn(target).join(', '),
    'MS-Author-Via': 'DAV',
    'Accept-Ranges': 'bytes',
    'Accept-Patch': 'application/x-sabredav-partialupdate, application/offset+octet-stream',
    ...tusHeaders(exchange.options),
  });
}
