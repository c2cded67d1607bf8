import test from 'ava';
import { systemClock } from '../../gateway/ports/clock.ts';
import { silentLog } from '../../gateway/ports/log.ts';
import { partTest } from '../../protocol-tests/support/parts.ts';
import { postgresPart, sharedCluster } from '../../protocol-tests/support/postgres.ts';
import { AccountsDirectory } from '../accounts/accounts-directory.ts';
import type { OpenedDirectory } from '../contract/directory-fixture.ts';
import { testDirectory } from '../contract/directory.ts';
import { openPostgresEngine } from './engine.ts';
import { openTestStore } from './test-store.ts';

const server = sharedCluster(test);
const domains = ['univ.example', 'lab.example'];
const cheap = { argon2: { memoryKiB: 8, passes: 1, parallelism: 1 }, scramIterations: 4096 };

/** Two directories on two engines of one store, as two nodes have them. */
async function openTwo(): Promise<OpenedDirectory> {
  const opened = await openTestStore(await server(), systemClock);
  const second = await openPostgresEngine(opened.options, silentLog);
  const options = { domains, passwords: cheap };
  const directory = new AccountsDirectory(opened.engine, options, systemClock);
  const other = new AccountsDirectory(second, options, systemClock);
  return {
    directory,
    other,
    [Symbol.asyncDispose]: async () => {
      for (const each of [directory, other, second, opened]) await each[Symbol.asyncDispose]();
    },
  };
}

if (postgresPart().isPresent) testDirectory('accounts on postgres', openTwo);
else partTest(test, [postgresPart()], 'accounts on postgres', (t) => t.fail());
