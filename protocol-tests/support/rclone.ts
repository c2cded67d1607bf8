/** Debian's rclone with one WebDAV remote named `dav`, given by environment so that no configuration file is touched. */
import { programPath } from './parts.ts';
import { runProcess, runToSuccess, type FinishedProcess } from './process.ts';

export interface RcloneTarget {
  readonly url: string;
  readonly caFile: string;
  readonly user: string;
  readonly password: string;
  /** `owncloud` and `nextcloud` send X-OC-Mtime and OC-Checksum and ask for `oc:checksums`; `other` only what RFC 4918 has. */
  readonly vendor: 'other' | 'owncloud' | 'nextcloud';
}

export interface Rclone {
  /** @throws Error with the output unless it ended with 0. @returns standard output */
  run(...args: readonly string[]): Promise<string>;
  /** Like `run`, and an end other than 0 is told instead of thrown. */
  tryRun(...args: readonly string[]): Promise<FinishedProcess>;
}

export async function createRclone(target: RcloneTarget): Promise<Rclone> {
  const command = programPath('rclone');
  const obscured = await runToSuccess({ command, args: ['obscure', '-'], input: target.password });
  const options = (args: readonly string[]) => ({
    command,
    // Once is once: a request that fails at first and goes through when it is tried again is a fault here.
    args: [...args, '--ca-cert', target.caFile, '--retries', '1', '--low-level-retries', '1', '--stats', '0'],
    env: {
      RCLONE_CONFIG: '/dev/null',
      RCLONE_CONFIG_DAV_TYPE: 'webdav',
      RCLONE_CONFIG_DAV_URL: target.url,
      RCLONE_CONFIG_DAV_VENDOR: target.vendor,
      RCLONE_CONFIG_DAV_USER: target.user,
      RCLONE_CONFIG_DAV_PASS: obscured.trim(),
    },
    timeoutMs: 20 * 60_000,
  });
  return {
    run: (...args) => runToSuccess(options(args)),
    tryRun: (...args) => runProcess(options(args)),
  };
}
