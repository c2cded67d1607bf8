/** Node's request and response with the differences that a handler may rely on. */
import { IncomingMessage, ServerResponse } from 'node:http';

export class HttpRequest extends IncomingMessage {
  /**
   * Leaving the loop early (a body that is too large, a full disk) must not close the connection under the answer, which is
   * what Node's own iterator does.
   */
  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<Buffer> {
    return this.iterator({ destroyOnReturn: false });
  }
}

export class HttpResponse<Request extends IncomingMessage = HttpRequest> extends ServerResponse<Request> {
  #continued = false;

  /** `100 Continue` was sent: a client that asked for it sends its body from now on (RFC 9110 §10.1.1). */
  get continued(): boolean {
    return this.#continued;
  }

  override writeContinue(callback?: () => void): void {
    this.#continued = true;
    super.writeContinue(callback);
  }
}
