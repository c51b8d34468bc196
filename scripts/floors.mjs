import { loadLibrary } from './experiments/definition.mjs';
import { completeFloors } from './floors/complete-floors.mjs';
import { runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

/** `npm run floors`: completes `results/<notebook>/floor.json`, the sampling floors of the paper's two 10-D tasks. */
await runMain(async () => {
  await setUp();
  const library = loadLibrary();
  for (const { notebook, experiment } of library.studies.paper001.experiments({ seeds: [1, 2, 3, 4, 5] }))
    await completeFloors(library, notebook, experiment, (line) => process.stdout.write(`${line}\n`));
  return 0;
});
