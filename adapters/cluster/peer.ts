/** A way to another process: what the cluster hands to each worker, and the primary has to each of them. */
export interface MessagePeer {
  /** Never throws and never waits. A message to a process that is going away is lost. */
  send(message: unknown): void;
  subscribe(listener: (message: unknown) => void): Disposable;
}
