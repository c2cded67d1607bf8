/** The load process: takes one job from its parent, does it, tells the result and ends. */
import type { LoadJob, LoadMessage } from './job.ts';
import { runLoad } from './run-load.ts';

function tell(message: LoadMessage): void {
  process.send?.(message);
}

process.once('message', (job: LoadJob) => {
  runLoad(job, () => tell({ type: 'begin' }))
    .then(
      (result) => tell({ type: 'end', result }),
      (error: unknown) => tell({ type: 'failed', reason: error instanceof Error ? error.message : String(error) }),
    )
    .finally(() => process.disconnect?.());
});
