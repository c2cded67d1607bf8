/** `listeners`: the doors. Nothing else listens. */
import * as z from 'zod';
import { address, network, section, wholeNumber } from './values.ts';

function place(port: number, defaultAddress: string) {
  return {
    port: wholeNumber('TCP port; 0 takes a free one.', 0, 65_535).default(port),
    address: address('Address of this machine to listen on; `*` is all of them.').default(defaultAddress),
  };
}

function listener(description: string, port: number) {
  return section(description, {
    ...place(port, '*'),
    proxyProtocol: z.enum(['off', 'v1v2']).default('off').meta({
      description:
        "`v1v2`: connections from `trustedProxies` begin with a PROXY protocol header (version 1 or 2) that tells the client's address; others may not.",
    }),
    trustedProxies: z
      .array(network('A network, or one address, of load balancers.'))
      .default([])
      .meta({ description: 'Where PROXY protocol headers are believed from. Needed when `proxyProtocol` is on.' }),
  });
}

export const listenersSchema = section('Where clients are listened for. A listener that is left out does not listen.', {
  https: listener('WebDAV over TLS.', 8443).optional(),
  http: listener(
    'Unencrypted: sends browsers to https, and answers nothing else but errors that say so.',
    8080,
  ).optional(),
  admin: section(
    'Health (`/healthz`, `/readyz`) and Prometheus metrics (`/metrics`), unencrypted.',
    place(9090, '127.0.0.1'),
  ).optional(),
}).prefault({ https: {}, http: {}, admin: {} });

export type ListenersConfig = z.output<typeof listenersSchema>;
export type ListenerName = keyof ListenersConfig;
/** A listener for clients. */
export type ListenerConfig = NonNullable<ListenersConfig['https']>;
export type AdminListenerConfig = NonNullable<ListenersConfig['admin']>;
export const listenerNames: readonly ListenerName[] = ['https', 'http', 'admin'];
