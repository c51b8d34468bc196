import { chosen, loadLibrary } from '../../scripts/experiments/definition.mjs';
import { sweep } from '../../scripts/experiments/sweep.mjs';
import { runMain } from '../../scripts/setup/problem.mjs';

/**
 * A sweep of the tiny experiments, as `npm run experiments` makes one of a paper's; its argument is
 * `{ jobs, options }`.
 */
await runMain(async () => {
  const { jobs, options } = JSON.parse(process.argv[2]);
  const definition = new URL('./tiny-experiments.mjs', import.meta.url).href;
  const library = loadLibrary();
  const { parts } = await chosen(definition, library, { options });
  return sweep({ definition, options, parts, jobs, library });
});
