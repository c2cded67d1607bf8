/** What listeners and HTTP count. */
import type { HttpObserver } from './http-handler.ts';
import { refusalReasons } from './listener-options.ts';
import type { ListenerObserver } from './listener-options.ts';
import type { Metrics } from './metrics.ts';

/** The methods of RFC 9110 §9, RFC 5789, RFC 4918, RFC 3253, RFC 3744, RFC 5689 that are counted by name. */
const methods =
  'GET HEAD POST PUT DELETE OPTIONS PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK REPORT ACL MKCALENDAR SEARCH'.split(
    ' ',
  );

/** `0xx`: the client was gone before it was answered. */
const statusClasses = ['0xx', '1xx', '2xx', '3xx', '4xx', '5xx'] as const;

const durationBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600];

export interface ServerMetrics {
  readonly listeners: ListenerObserver;
  readonly http: HttpObserver;
}

/** @param listenerNames the names of all listeners: values of the label `listener` */
export function createServerMetrics(metrics: Metrics, listenerNames: readonly string[]): ServerMetrics {
  return { listeners: listenerMetrics(metrics, listenerNames), http: httpMetrics(metrics, listenerNames) };
}

function listenerMetrics(metrics: Metrics, listenerNames: readonly string[]): ListenerObserver {
  const labels = { listener: listenerNames };
  const accepted = metrics.counter('passerelle_connections_total', 'Connections that were accepted.', labels);
  const open = metrics.gauge('passerelle_connections_open', 'Connections that live now.', labels);
  const refused = metrics.counter(
    'passerelle_connections_refused_total',
    'Connections that were closed before a protocol was spoken, by reason.',
    { ...labels, reason: refusalReasons },
  );
  return {
    accepted(listener) {
      accepted.add({ listener });
      open.add({ listener }, 1);
    },
    closed: (listener) => open.add({ listener }, -1),
    refused: (listener, reason) => refused.add({ listener, reason }),
  };
}

function httpMetrics(metrics: Metrics, listenerNames: readonly string[]): HttpObserver {
  const labels = { listener: listenerNames };
  const running = metrics.gauge('passerelle_http_requests_running', 'Requests that are being answered.', labels);
  const requests = metrics.counter('passerelle_http_requests_total', 'Requests that were answered.', {
    ...labels,
    method: methods,
    status: statusClasses,
  });
  const seconds = metrics.histogram(
    'passerelle_http_request_duration_seconds',
    'From the end of the request’s header to the end of the answer.',
    { method: methods },
    durationBucketsSeconds,
  );
  const received = metrics.counter(
    'passerelle_http_received_octets_total',
    'Octets received, TLS not counted.',
    labels,
  );
  const sent = metrics.counter('passerelle_http_sent_octets_total', 'Octets sent, TLS not counted.', labels);
  return {
    requestBegan: (listener) => running.add({ listener }, 1),
    requestEnded({ listener, method, status, durationMs, receivedOctets, sentOctets }) {
      running.add({ listener }, -1);
      requests.add({ listener, method, status: `${Math.floor(status / 100)}xx` });
      seconds.observe({ method }, durationMs / 1000);
      received.add({ listener }, receivedOctets);
      sent.add({ listener }, sentOctets);
    },
  };
}
