/**
 * Waits for work that was begun together, so that an engine with a network in between sends its statements without waiting for
 * each answer. They are still carried out in the order in which they were sent, each seeing what those before it did.
 *
 * All of it has ended when this does: what is left of an operation that failed must not go on after it was rolled back.
 * @param work begun in the order in which its failures count
 * @throws what the first that failed threw
 */
export async function together<const T extends readonly unknown[]>(
  ...work: { readonly [Index in keyof T]: Promise<T[Index]> }
): Promise<T> {
  const results = await Promise.allSettled(work);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return results.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
