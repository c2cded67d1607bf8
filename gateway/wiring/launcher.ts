/** A gateway that npm started ends when npm does. */
import type { Environment } from './config/load.ts';

/** How long a gateway may be left alone before it notices. */
const lookEveryMs = 250;

/**
 * npm runs a script in a shell, and passes a signal on to that shell. Debian's (dash) ends by it and tells nobody, so `kill` of
 * `npm start` would leave a gateway behind that holds its ports. Who is left behind gets another parent, and ends in order.
 * @param launcher the parent's id as it was when this process began
 * @param left called once
 * @returns undefined when npm did not start this process
 */
export function followNpm(environment: Environment, launcher: number, left: () => void): Disposable | undefined {
  if (environment['npm_lifecycle_event'] === undefined) return undefined;
  const timer = setInterval(() => {
    if (process.ppid === launcher) return;
    clearInterval(timer);
    left();
  }, lookEveryMs);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
