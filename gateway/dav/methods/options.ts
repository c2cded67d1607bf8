/** OPTIONS: RFC 9110 §9.3.7, RFC 4918 §10.1. Answered before sign-in and for every path, as the Windows redirector needs. */
import { tusHeaders } from '../uploads/protocol.ts';
import type { Exchange } from '../exchange.ts';
import type { Target } from '../target.ts';

const reading = ['OPTIONS', 'GET', 'HEAD', 'PROPFIND', 'PROPPATCH', 'REPORT'] as const;
const onNodes = [...reading, 'DELETE', 'COPY', 'MOVE', 'LOCK', 'UNLOCK', 'ACL'] as const;

/** Methods by kind of target; the same lists stand in Allow of every 405. */
export const allowedMethods = {
  static: reading,
  principal: reading,
  collection: [...onNodes, 'POST'],
  resource: [...onNodes, 'PUT', 'PATCH'],
  unmapped: ['OPTIONS', 'PUT', 'MKCOL', 'LOCK'],
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
