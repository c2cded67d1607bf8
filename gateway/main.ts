#!/usr/bin/env node
/** Where the program begins: hands the process's streams to the command line, and ends as it says. */
import { enableCompileCache } from 'node:module';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

// Passwords are hashed and files made durable on libuv's threads; with four of them (its default) sign-ins hold up uploads.
// It must be set before the first of them starts.
process.env['UV_THREADPOOL_SIZE'] ??= '16';

// Run as TypeScript, Node would load its compiler at every start: 40 MB of memory and half a second. What it made is kept
// beside the packages, in a folder that is as trusted as the program; where it cannot be written nothing is kept.
if (import.meta.url.endsWith('.ts')) {
  const cached = enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compile', import.meta.url)));
  if (cached.directory !== undefined) process.env['NODE_COMPILE_CACHE'] = cached.directory; // threads and workers too
}

// Whoever reads has seen enough (`passerelle user list | head -1`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

// The first Ctrl+C lets a command clean up after itself; the second ends it.
const interrupted = new AbortController();
process.once('SIGINT', () => interrupted.abort());

const { runCommandLine } = await import('./wiring/cli/run.ts');
process.exitCode = await runCommandLine(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
  signal: interrupted.signal,
});
