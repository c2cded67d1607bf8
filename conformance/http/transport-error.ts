/**
 * What can go wrong below HTTP.
 *
 * - `unreachable`: no connection came about
 * - `no-answer`: the server closed the connection before it had answered completely
 * - `malformed`: what came back is not HTTP/1.1
 * - `timed-out`: the time limit of the case ran out
 */
export type TransportProblem = 'unreachable' | 'no-answer' | 'malformed' | 'timed-out';

/** Thrown by the client of this folder; nothing else is. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly problem: TransportProblem;

  constructor(problem: TransportProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
