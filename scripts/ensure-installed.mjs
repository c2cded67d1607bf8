// Installs the dependencies when they are missing or older than the lock file, so that `npm start` and `npm test` are each
// the only command on a fresh machine. Plain JavaScript, because it runs on whatever Node the system has.
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';

const installed = 'node_modules/.package-lock.json';
const lock = 'package-lock.json';
if (existsSync(lock) && (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs)) {
  console.error('Installing dependencies (npm ci)…');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    console.error('npm ci failed; run it by hand to see why.');
    process.exit(status ?? 1);
  }
}
