import { join } from 'node:path';
import { chosen, loadLibrary } from '../../../scripts/experiments/definition.mjs';
import { runMain } from '../../../scripts/setup/problem.mjs';
import { runSweep } from '../../../scripts/sweep/run-sweep.mjs';

/** A sweep of the tiny cells, as `npm run sweep` makes one; its argument is what `runSweep` is asked, in part. */
await runMain(async () => {
  const { options, ...asked } = JSON.parse(process.argv[2]);
  const definition = new URL('./tiny-cells.mjs', import.meta.url).href;
  const library = loadLibrary();
  const { parts } = await chosen(definition, library, { options });
  const usual = { cores: 1, jobs: { minutes: 1, threads: 1 }, retries: 1, report: false, isTrial: false };
  const path = join(process.env.SCOREBOOK_RESULTS, 'sweeps', 'tiny');
  return runSweep({ ...usual, ...asked, definition, options, parts, library, path });
});
