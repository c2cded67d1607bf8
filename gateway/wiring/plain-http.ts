/** What the unencrypted listener answers: where the encrypted one is, and nothing else. No password is ever asked for here. */
import type { HttpHandler } from '../server/http-handler.ts';

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD']);

/**
 * Browsers are sent on. Everything else is refused in words, and not redirected: a client that follows would have sent its
 * password in the clear already, and the Windows redirector and others do not follow at all.
 * @param httpsPort where the encrypted listener is reached; undefined when there is none
 */
export function plainHttpHandler(hostname: string, httpsPort: number | undefined): HttpHandler {
  return (request, response) => {
    const host = hostOf(request.headers.host) ?? hostname;
    const origin = httpsPort === undefined ? undefined : `https://${host}${httpsPort === 443 ? '' : `:${httpsPort}`}`;
    const path = request.url?.startsWith('/') === true ? request.url : '/';
    request.resume();
    if (origin !== undefined && safeMethods.has(request.method ?? '')) {
      response.writeHead(308, { Location: `${origin}${path}`, 'Content-Length': 0 }).end();
      return Promise.resolve();
    }
    const where = origin === undefined ? '' : `: ${origin}/`;
    const body = `Files are served over an encrypted connection only${where}\n`;
    response.writeHead(403, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': Buffer.byteLength(body) });
    response.end(request.method === 'HEAD' ? undefined : body);
    return Promise.resolve();
  };
}

/** The host of a `Host` field without its port; undefined for what is no host (RFC 9112 §3.2), so that nothing is reflected. */
function hostOf(field: string | undefined): string | undefined {
  const match = /^(?<host>[A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/.exec(field ?? '');
  return match?.groups?.['host'];
}
