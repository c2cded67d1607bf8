import { HttpClient } from '../http/client.ts';
import type { Credentials } from '../http/client.ts';
import type { Endpoint } from '../http/endpoint.ts';

/** The server under test and the collection of it that the suite may fill. */
export interface ServerUnderTest {
  readonly endpoint: Endpoint;
  /** `undefined`: requests go out without credentials. */
  readonly credentials: Credentials | undefined;
  /** Scheme and authority, without a slash at the end. */
  readonly origin: string;
  /** Path of that collection, with a slash at the end. */
  readonly root: string;
}

/** A client for one stretch of work; it gives up when the signal fires. */
export function clientFor(server: ServerUnderTest, signal: AbortSignal): HttpClient {
  return new HttpClient(server.endpoint, server.credentials, signal);
}

/** Thrown when the server cannot be tested at all: no connection, refused credentials, no collection to work in. */
export class ServerUnusable extends Error {
  override readonly name = 'ServerUnusable';
}
