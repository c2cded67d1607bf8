/**
 * Gives the chunks of a body until it ends or the signal aborts, even while the body is stalled: then it throws the
 * signal's reason at once. Whichever way the reading ends early, the body is told that nobody reads it any more.
 */
export async function* abortableBody(
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  signal.throwIfAborted();
  const iterator = body[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next = await nextOrAbort(iterator, signal);
      if (next.done === true) {
        ended = true;
        return;
      }
      yield next.value;
    }
  } catch (error) {
    // The body itself failed, or it is stalled: in both cases there is no end of it to wait for.
    if (!ended) leave(iterator);
    ended = true;
    throw error;
  } finally {
    if (!ended) await iterator.return?.();
  }
}

/** The next chunk. The listener lives as long as the wait, so that a long body does not pile up reactions. */
function nextOrAbort(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal,
): Promise<IteratorResult<Uint8Array, unknown>> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    iterator.next().then(
      (result) => {
        signal.removeEventListener('abort', onAbort);
        resolve(result);
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        reject(error);
      },
    );
  });
}

/** Says that nobody reads on. Its outcome has nobody to go to: the reason for leaving is being thrown already. */
function leave(iterator: AsyncIterator<Uint8Array>): void {
  iterator.return?.().then(
    () => undefined,
    () => undefined,
  );
}
