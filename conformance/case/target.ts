import { setTimeout } from 'node:timers/promises';
import type { HttpClient, HttpRequest } from '../http/client.ts';
import type { HttpResponse } from '../http/response.ts';
import { Multistatus, propertyOf } from '../dav/multistatus.ts';
import type { PropertyAnswer } from '../dav/multistatus.ts';
import { encodePath } from '../dav/href.ts';
import { lockInfo, propertyUpdate, propfindOf, set } from '../dav/bodies.ts';
import type { LockInfo } from '../dav/bodies.ts';
import type { QualifiedName } from '../dav/names.ts';
import { CaseFailure, CaseSkipped, PreparationError } from './outcome.ts';
import type { Capability } from './case.ts';

export interface TargetOptions {
  readonly client: HttpClient;
  /** Scheme and authority, without a slash at the end. */
  readonly origin: string;
  /** Path of the collection that the suite was pointed at, with a slash at the end. */
  readonly root: string;
  /** Path of the case's own collection, with a slash at the end. */
  readonly home: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly signal: AbortSignal;
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly framing?: 'length' | 'chunked';
  readonly anonymous?: boolean;
}

export interface LockOptions extends Partial<LockInfo> {
  readonly depth?: '0' | 'infinity';
  /** The Timeout header; left out: the header is not sent. */
  readonly timeout?: string;
}

/** A lock that the server has granted. */
export interface GrantedLock {
  /** The state token, without angle brackets. */
  readonly token: string;
  readonly response: HttpResponse;
}

/** A server that makes entity tags from times (Apache) calls them weak until the clock has gone on: RFC 9110 §8.8.1. */
const weakForMs = 3_000;

/** The media type that RFC 4918 §8.2 recommends. */
export const xmlType = 'application/xml; charset=utf-8';

/**
 * The server as a case sees it. A name is relative to the case's own collection and is percent-encoded here; one that
 * begins with a slash is a request target and goes out as it is.
 */
export class Target {
  readonly client: HttpClient;
  readonly origin: string;
  readonly root: string;
  readonly home: string;
  readonly capabilities: ReadonlySet<Capability>;
  readonly signal: AbortSignal;
  /** Locks that the case holds: the runner gives them back when the case is over. */
  readonly locks: { readonly path: string; readonly token: string }[] = [];

  constructor(options: TargetOptions) {
    this.client = options.client;
    this.origin = options.origin;
    this.root = options.root;
    this.home = options.home;
    this.capabilities = options.capabilities;
    this.signal = options.signal;
  }

  /** The request target for a name. */
  path(name: string): string {
    return name.startsWith('/') ? name : this.home + encodePath(name);
  }

  /** The absolute URI for a name: what Destination and If take. */
  uri(name: string): string {
    return this.origin + this.path(name);
  }

  send(method: string, name: string, options: SendOptions = {}): Promise<HttpResponse> {
    const request: HttpRequest = { method, target: this.path(name), ...options };
    return this.client.request(request);
  }

  /** A request with an XML body. */
  sendXml(method: string, name: string, body: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
    return this.send(method, name, { headers: { 'Content-Type': xmlType, ...headers }, body });
  }

  put(name: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<HttpResponse> {
    return this.send('PUT', name, { headers: { 'Content-Type': 'text/plain', ...headers }, body });
  }

  get(name: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
    return this.send('GET', name, { headers });
  }

  mkcol(name: string): Promise<HttpResponse> {
    return this.send('MKCOL', name);
  }

  delete(name: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
    return this.send('DELETE', name, { headers });
  }

  copy(name: string, destination: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
    return this.send('COPY', name, { headers: { Destination: this.uri(destination), ...headers } });
  }

  move(name: string, destination: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
    return this.send('MOVE', name, { headers: { Destination: this.uri(destination), ...headers } });
  }

  proppatch(name: string, body: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
    return this.sendXml('PROPPATCH', name, body, headers);
  }

  /** LOCK with a body; the lock is given back when the case is over. */
  async lock(name: string, options: LockOptions = {}, headers: Record<string, string> = {}): Promise<HttpResponse> {
    const response = await this.sendXml('LOCK', name, lockInfo({ scope: 'exclusive', ...options }), {
      ...(options.depth === undefined ? {} : { Depth: options.depth }),
      ...(options.timeout === undefined ? {} : { Timeout: options.timeout }),
      ...headers,
    });
    const token = grantedToken(response);
    if (token !== undefined) this.locks.push({ path: this.path(name), token });
    return response;
  }

  unlock(name: string, token: string): Promise<HttpResponse> {
    return this.send('UNLOCK', name, { headers: { 'Lock-Token': `<${token}>` } });
  }

  /** PROPFIND that must be answered with a correct multistatus. */
  async propfind(name: string, body: string, depth = '0', headers: Record<string, string> = {}): Promise<Multistatus> {
    return Multistatus.of(await this.sendXml('PROPFIND', name, body, { Depth: depth, ...headers }));
  }

  /** One property of one resource; `undefined`: the answer does not mention it. */
  async property(name: string, property: QualifiedName): Promise<PropertyAnswer | undefined> {
    const multistatus = await this.propfind(name, propfindOf(property));
    return propertyOf(multistatus.need(this.path(name)), property);
  }

  /** The text of a property that has to be there. */
  async propertyText(name: string, property: QualifiedName): Promise<string> {
    const answer = await this.property(name, property);
    if (answer?.status === 200) return answer.text;
    throw new CaseFailure(`${name} has no property ${property.name}`);
  }

  /** What GET returns as text; `undefined` when there is nothing at that URL. */
  async content(name: string): Promise<string | undefined> {
    const response = await this.get(name);
    if (response.status === 404 || response.status === 410) return undefined;
    if (response.status === 200) return response.text;
    throw new CaseFailure(`GET ${name}: expected 200 or 404, got ${response.status}`, response.exchange);
  }

  /** Whether anything answers at that URL. */
  async exists(name: string): Promise<boolean> {
    const response = await this.sendXml('PROPFIND', name, propfindOf({ namespace: 'DAV:', name: 'resourcetype' }), {
      Depth: '0',
    });
    if (response.status === 207) return true;
    // 400, 405 and 409 are what servers answer for a URL below a file.
    if ([400, 404, 405, 409, 410].includes(response.status)) return false;
    throw new CaseFailure(`PROPFIND ${name}: expected 207 or 404, got ${response.status}`, response.exchange);
  }

  /** Makes a file; the case ends as an error when that does not work. */
  async givenFile(name: string, body: string | Uint8Array = `content of ${name}\n`): Promise<HttpResponse> {
    return prepared(await this.put(name, body), `PUT ${name}`);
  }

  async givenCollection(name: string): Promise<HttpResponse> {
    return prepared(await this.mkcol(name), `MKCOL ${name}`);
  }

  /** Sets properties given as XML; the prefix `T` is the test namespace. */
  async givenProperties(name: string, properties: string): Promise<HttpResponse> {
    const response = prepared(await this.proppatch(name, propertyUpdate(set(properties))), `PROPPATCH ${name}`);
    const refused = response.status === 207 && Multistatus.of(response).responses.some(hasFailure);
    if (refused) throw new PreparationError(`PROPPATCH ${name} was refused`, response.exchange);
    return response;
  }

  async givenLock(name: string, options: LockOptions = {}): Promise<GrantedLock> {
    const response = prepared(await this.lock(name, options), `LOCK ${name}`);
    const token = grantedToken(response);
    if (token === undefined) throw new PreparationError(`LOCK ${name} returned no token`, response.exchange);
    return { token, response };
  }

  /** RFC 4918 §15.6: the entity tag where only the property shows it. */
  async #etagProperty(name: string): Promise<string | undefined> {
    const answer = await this.property(name, { namespace: 'DAV:', name: 'getetag' });
    return answer?.status === 200 ? answer.text : undefined;
  }

  /** The strong entity tag of a file. The case is skipped when the server gives none or a weak one only. */
  async strongEtag(name: string): Promise<string> {
    for (let waited = 0; ; waited += 250) {
      const etag =
        prepared(await this.send('HEAD', name), `HEAD ${name}`).header('etag') ?? (await this.#etagProperty(name));
      if (etag?.startsWith('"') === true) return etag;
      if (etag === undefined || waited > weakForMs) throw new CaseSkipped('the server gave no strong entity tag');
      await setTimeout(250, undefined, { signal: this.signal });
    }
  }
}

/** The token of a new lock; also where the header lacks its angle brackets, which is the subject of one case only. */
function grantedToken(response: HttpResponse): string | undefined {
  if (response.status < 200 || response.status > 299) return undefined;
  return /^<?([^<>\s]+)>?$/.exec(response.header('lock-token') ?? '')?.[1];
}

function prepared(response: HttpResponse, what: string): HttpResponse {
  if (response.status >= 200 && response.status < 300) return response;
  throw new PreparationError(`${what} was answered with ${response.status}`, response.exchange);
}

function hasFailure(response: { status: number | undefined; properties: readonly PropertyAnswer[] }): boolean {
  return (response.status ?? 200) >= 300 || response.properties.some((property) => property.status >= 300);
}
