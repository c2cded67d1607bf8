#!/usr/bin/env node
/** Where the program begins: hands the process's streams to the command line, and ends as it says. */
import process from 'node:process';
import { runCommandLine } from './wiring/cli/run.ts';

const interrupted = new AbortController();
process.exitCode = await runCommandLine(process.argv.slice(2), {
  input: process.stdin,
  output: process.stdout,
  errors: process.stderr,
  environment: process.env,
  workingDirectory: process.cwd(),
  signal: interrupted.signal,
});
