// Run by `npm run lock` after every change of a dependency. npm leaves optional packages for other platforms out of the lock
// when it cannot look them up, and `npm ci` then refuses the lock as incomplete. This adds them by name and version: npm
// installs one only on the platform that it is for.
import { readFileSync, writeFileSync } from 'node:fs';

const file = 'package-lock.json';
const systems = 'android|darwin|freebsd|linux|openharmony|win32';
const processors = 'arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el';
const platform = new RegExp(`(${systems})-(${processors})`);

const lock = JSON.parse(readFileSync(file, 'utf8'));
const unknown = [];
for (const entry of Object.values(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (lock.packages[key] !== undefined) continue;
    const match = platform.exec(name);
    if (match === null) {
      unknown.push(name);
      continue;
    }
    const [, os, cpu] = match;
    const libc = /musl/.test(name) ? ['musl'] : /gnu/.test(name) && os === 'linux' ? ['glibc'] : undefined;
    const dev = entry.dev === true ? { dev: true } : {};
    lock.packages[key] = { version, cpu: [cpu], ...dev, ...(libc && { libc }), optional: true, os: [os] };
  }
}
if (unknown.length > 0) {
  console.error(`These optional packages are not in the lock and name no platform: ${unknown.join(', ')}`);
  process.exitCode = 1;
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
writeFileSync(file, `${JSON.stringify(lock, undefined, 2)}\n`);
