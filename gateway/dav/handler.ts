/**
 * The life of a DAV request, with the exit of each step:
 *
 *     parse the path ─ 400
 *       → OPTIONS is answered for anyone
 *       → sign in ─ 401, 403 (no TLS), 429, 503
 *       → find the target
 *       → the method: privileges ─ 403, preconditions ─ 412/304, locks ─ 423, the store ─ 409, 507, 503
 *       → answer
 */
import { formatBasicChallenge, parseBasic } from '../auth/http-basic.ts';
import { GatewayError } from '../ports/errors.ts';
import type { Principal } from '../ports/directory.ts';
import type { HttpHandler } from '../server/http-handler.ts';
import { formatError } from '../wire/dav/multistatus.ts';
import { answerWithRepresentation } from './content/representation.ts';
import { Context } from './context.ts';
import type { Method } from './context.ts';
import type { DavDependencies } from './dependencies.ts';
import { badRequest, DavProblem, toProblem } from './errors.ts';
import { Exchange } from './exchange.ts';
import { acl } from './methods/acl.ts';
import { remove } from './methods/delete.ts';
import { get } from './methods/get.ts';
import { lock } from './methods/lock.ts';
import { mkcol } from './methods/mkcol.ts';
import { options } from './methods/options.ts';
import { patch } from './methods/patch.ts';
import { post } from './methods/post.ts';
import { propfind } from './methods/propfind.ts';
import { proppatch } from './methods/proppatch.ts';
import { put } from './methods/put.ts';
import { report } from './methods/report.ts';
import { copy, move } from './methods/transfer.ts';
import { unlock } from './methods/unlock.ts';
import { ListingCache } from './listing-cache.ts';
import { MountVisits } from './mount-visits.ts';
import type { ProcessState } from './process-state.ts';
import { requestPath } from './request-path.ts';
import type { Target } from './target.ts';

const methods: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['ACL', acl],
  ['COPY', copy],
  ['DELETE', remove],
  ['GET', get],
  ['HEAD', get],
  ['LOCK', lock],
  ['MKCOL', mkcol],
  ['MOVE', move],
  ['PATCH', patch],
  ['POST', post],
  ['PROPFIND', propfind],
  ['PROPPATCH', proppatch],
  ['PUT', put],
  ['REPORT', report],
  ['UNLOCK', unlock],
]);

export function createDavHandler(dependencies: DavDependencies): HttpHandler {
  const state: ProcessState = { mounts: new MountVisits(dependencies.clock), listings: new ListingCache() };
  return async (request, response, connection, http) => {
    const call = { signal: http.signal, log: http.log };
    const exchange = new Exchange(request, response, connection, call, dependencies.options());
    try {
      await handle(dependencies, state, exchange, (principal) => {
        http.setPrincipal(principal.id);
      });
    } catch (error) {
      sendProblem(exchange, error);
    }
  };
}

async function handle(
  dependencies: DavDependencies,
  state: ProcessState,
  exchange: Exchange,
  onSignIn: (principal: Principal) => void,
): Promise<void> {
  if (exchange.request.url === '*' && exchange.method === 'OPTIONS') {
    options(exchange, undefined); // RFC 9110 §9.3.7: the server as a whole
    return;
  }
  const path = requestPath(exchange.request.url);
  if (path === undefined) throw badRequest('the request target is not a path');
  if ((exchange.request.headersDistinct['host']?.length ?? 0) > 1) throw badRequest('a request has one Host field');
  if (exchange.method === 'OPTIONS' && exchange.header('authorization') === undefined) {
    options(exchange, undefined); // COMPAT(Windows redirector, all): asks before it signs in
    return;
  }
  const principal = await signIn(dependencies, exchange);
  onSignIn(principal);
  await dispatch(dependencies, state, exchange, principal, path);
}

async function signIn(dependencies: DavDependencies, exchange: Exchange): Promise<Principal> {
  const { connection } = exchange;
  const credentials = parseBasic(exchange.header('authorization'));
  if (!credentials.ok) throw new GatewayError('authentication-failed', 'sign in with your address and password');
  const { login } = credentials.value;
  const domain = dependencies.domains.forHost(connection.serverName ?? hostOf(exchange));
  const full = login.includes('@') ? login : `${login}@${domain.name}`;
  return dependencies.authenticator.password(
    { login: full, password: credentials.value.password },
    { protocol: 'http', connection },
    exchange.call,
  );
}

function hostOf(exchange: Exchange): string | undefined {
  return exchange.header('host')?.replace(/:\d+$/, '');
}

async function dispatch(
  dependencies: DavDependencies,
  state: ProcessState,
  exchange: Exchange,
  principal: Principal,
  path: string,
): Promise<void> {
  const { domains, clock } = dependencies;
  const domain = domains.byName(principal.domain);
  if (domain === undefined) throw new GatewayError('permission-denied', 'your institution is not served here');
  const context = new Context({ exchange, viewer: { principal, domain }, domains, clock, state, path });
  if (exchange.method === 'OPTIONS') {
    options(exchange, await context.locateRequest());
    return;
  }
  const method = methods.get(exchange.method);
  if (method === undefined) throw new DavProblem(501, `the method ${exchange.method} is not known here`);
  const target = await context.locateRequest();
  nameCollection(exchange, target, path);
  try {
    await method(context, target);
  } catch (error) {
    if (!(await answerRefusal(context, path, error))) throw error;
  }
}

/** RFC 8144 §3.2: who asked for a representation gets the current one with a 412, to decide anew without another request. */
async function answerRefusal(context: Context, path: string, error: unknown): Promise<boolean> {
  if (!(error instanceof DavProblem) || error.status !== 412) return false;
  return answerWithRepresentation(context, path, 412);
}

/** RFC 4918 §5.2: a collection that was asked for without its slash is answered, and told where it is. */
function nameCollection(exchange: Exchange, target: Target, path: string): void {
  if (target.kind !== 'node' || target.node.type !== 'collection' || path.endsWith('/')) return;
  exchange.response.setHeader('Content-Location', target.href);
}

/** Every error ends here: worded for DAV clients, with the connection's id for the person who asks for help. */
function sendProblem(exchange: Exchange, error: unknown): void {
  const { response, call, connection } = exchange;
  const problem = toProblem(error);
  if (problem.status >= 500 && problem.status !== 507) {
    const aborted = call.signal.aborted;
    call.log[aborted ? 'debug' : 'error']('dav.failed', { result: aborted ? 'aborted' : 'failed', error });
  }
  if (response.destroyed || response.writableEnded) return;
  if (response.headersSent) {
    response.destroy(); // half an answer must not look like a whole one
    return;
  }
  for (const name of response.getHeaderNames())
    if (name !== 'dav' && !name.startsWith('tus-')) response.removeHeader(name);
  const headers: Record<string, string> = { ...problem.headers };
  if (problem.status === 401) headers['WWW-Authenticate'] = formatBasicChallenge('Passerelle');
  if (problem.status === 304) {
    exchange.send(304, headers);
  } else if (problem.conditionXml !== undefined) {
    exchange.sendXml(problem.status, formatError(problem.conditionXml), headers);
  } else {
    const body = `${problem.message}\n(${connection.id})\n`;
    exchange.send(problem.status, { 'Content-Type': 'text/plain; charset=utf-8', ...headers }, body);
  }
}
