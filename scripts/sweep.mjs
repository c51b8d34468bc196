import { join } from 'node:path';
import { chosen, listing, loadLibrary } from './experiments/definition.mjs';
import { root } from './setup/paths.mjs';
import { runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';
import { sweepArguments, usage } from './sweep/arguments.mjs';
import { checkDeployed, isDeployed, makeEngine, pack } from './sweep/deploy.mjs';
import { runSweep } from './sweep/run-sweep.mjs';

/** `npm run sweep`: completes experiments beyond one process, as jobs of Snakemake, from wherever they were stopped. */
await runMain(async () => {
  const args = process.argv.slice(2);
  const asked = sweepArguments(args);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  await (isDeployed() ? checkDeployed() : setUp());
  if (asked.deploy !== undefined) return pack(asked.deploy);
  if (asked.engine) return makeEngine();
  process.env.SCOREBOOK_RESULTS ||= join(root, 'results');
  const { experiments } = asked;
  const definition = new URL(`./experiments/${experiments.definition}.mjs`, import.meta.url).href;
  const library = loadLibrary();
  const { parts, settings } = await chosen(definition, library, experiments);
  if (experiments.list) process.stdout.write(`${listing(parts, settings)}\n`);
  else
    return runSweep({
      ...asked,
      definition,
      options: experiments.options,
      parts,
      library,
      isTrial: experiments.dryRun,
      path: join(process.env.SCOREBOOK_RESULTS, 'sweeps', experiments.definition),
    });
  return 0;
});
