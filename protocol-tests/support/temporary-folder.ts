/** A folder for the time of a test, with everything in it removed afterwards. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TemporaryFolder extends AsyncDisposable {
  readonly path: string;
  /** The absolute path of something in the folder. */
  file(...segments: readonly string[]): string;
}

/** @param mode permission bits; 0o755 lets servers in that run as another user */
export async function createTemporaryFolder(name = 'passerelle-test', mode = 0o755): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), `${name}-`));
  await chmod(path, mode);
  return {
    path,
    file: (...segments) => join(path, ...segments),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}
