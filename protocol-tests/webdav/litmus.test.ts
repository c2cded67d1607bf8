import test, { type ExecutionContext } from 'ava';
import { startApache } from '../support/apache.ts';
import { startGateway, type RunningGateway } from '../support/gateway.ts';
import { litmusSuites, readReport, runLitmus, type LitmusReport } from '../support/litmus.ts';
import { processTree } from '../support/memory.ts';
import { partTest } from '../support/parts.ts';

const total = Object.values(litmusSuites).reduce((sum, count) => sum + count, 0);

function runAgainst(gateway: RunningGateway): Promise<LitmusReport> {
  const { address, password } = gateway.user;
  return runLitmus({ url: gateway.davUrl(), caFile: gateway.caFile, user: address, password });
}

async function runAgainstApache(): Promise<LitmusReport> {
  await using apache = await startApache();
  const { url, caFile, user, password } = apache;
  if (caFile === undefined) throw new Error('Apache was to speak TLS');
  return await runLitmus({ url, caFile, user, password });
}

function assertClean(t: ExecutionContext, report: LitmusReport): void {
  t.deepEqual(report.failures, [], report.output);
  t.deepEqual(report.skipped, []);
  t.is(report.passed, total, report.output);
}

partTest(
  test,
  ['litmus', 'apache2', 'openssl'],
  'rfc4918: litmus passes 104 of 104, warned of nothing that mod_dav is not',
  async (t) => {
    await using gateway = await startGateway();
    const ours = await runAgainst(gateway);
    assertClean(t, ours);
    const theirs = await runAgainstApache();
    assertClean(t, theirs); // the measure itself works
    const extra = ours.warnings.filter((warning) => !theirs.warnings.includes(warning));
    t.deepEqual(extra, [], `mod_dav gets these: ${theirs.warnings.join('; ')}`);
  },
);

partTest(test, ['litmus'], 'rfc4918: litmus passes 104 of 104 when two workers share the listener', async (t) => {
  await using gateway = await startGateway({ workers: 2 });
  t.is(processTree(gateway.pid).length, 3, 'one that supervises and two workers');
  assertClean(t, await runAgainst(gateway));
});

test('litmus: its report is read with warnings, failures and skipped tests', (t) => {
  const report = readReport(
    [
      "-> running `locks':",
      ' 0. init.................. \r 0. init.................. pass',
      '18. cond_put_corrupt_token WARNING: PUT failed with 400 not 423',
      '    ...................... pass (with 1 warning)',
      '19. complex_cond_put...... \r19. complex_cond_put...... FAIL (PUT failed)',
      "-> running `http':",
      ' 2. expect100............. SKIPPED (skipping for SSL server)',
      "<- summary for `http': of 3 tests run: 3 passed, 0 failed. 100.0%",
    ].join('\n'),
  );
  t.is(report.passed, 2);
  t.deepEqual(report.warnings, ['locks/cond_put_corrupt_token: PUT failed with 400 not 423']);
  t.deepEqual(report.failures, ['locks/complex_cond_put: (PUT failed)']);
  t.deepEqual(report.skipped, ['http/expect100: (skipping for SSL server)']);
});
