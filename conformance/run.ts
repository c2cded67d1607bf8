/** The command `npm run conformance`. */
import { main } from './cli/main.ts';

process.exitCode = await main(process.argv.slice(2), {
  environment: process.env,
  stdin: process.stdin,
  print: (text) => process.stdout.write(text),
  printError: (text) => process.stderr.write(text),
  nowMs: () => Date.now(),
});
