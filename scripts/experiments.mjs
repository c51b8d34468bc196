import { join } from 'node:path';
import { experimentArguments, usage } from './experiments/arguments.mjs';
import { chosen, listing, loadLibrary, status } from './experiments/definition.mjs';
import { sweep } from './experiments/sweep.mjs';
import { root } from './setup/paths.mjs';
import { runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

/** `npm run experiments`: completes experiments, in several processes, from wherever they were stopped. */
await runMain(async () => {
  const asked = experimentArguments(process.argv.slice(2));
  if (asked.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  await setUp();
  // here and in the workers: these are the published results
  process.env.SCOREBOOK_RESULTS ||= join(root, 'results');
  const library = loadLibrary();
  const definition = new URL(`./experiments/${asked.definition}.mjs`, import.meta.url).href;
  const { parts, settings } = await chosen(definition, library, asked);
  if (asked.list) process.stdout.write(`${listing(parts, settings)}\n`);
  else if (asked.dryRun) process.stdout.write(`${status(parts, library)}\n`);
  else return sweep({ definition, options: asked.options, parts, jobs: asked.jobs, library });
  return 0;
});
