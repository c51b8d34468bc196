import { existsSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runNotebook } from './notebooks/run-notebook.mjs';
import { readSummary } from './notebooks/summary.mjs';
import { cache, notebooks, root } from './setup/paths.mjs';
import { Problem, runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

const name = '00-quickstart';

/** `npm start`: sets up what is missing, then runs the quickstart as JupyterLab would. */
await runMain(async () => {
  await setUp();
  const notebook = join(notebooks, `${name}.ipynb`);
  if (!existsSync(notebook))
    throw new Problem(`The set-up is done, but ${relative(root, notebook)} is not there: is the clone complete?`);
  // Beside the clone's own results, which may be those of a full run.
  const folder = join(cache, 'start');
  rmSync(folder, { recursive: true, force: true });
  const output = join(folder, `${name}.ipynb`);
  process.stdout.write(`\nRunning ${relative(root, notebook)} (no browser needed):\n`);
  if (!(await runNotebook(name, { output, results: folder, budget: 'quick' }))) {
    throw new Problem(`The notebook stopped at the cell above; what it reached is in ${relative(root, output)}.`);
  }
  const reached = readSummary(folder, name) ?? [`The notebook wrote no ${name}/summary.json.`];
  const closing = [
    '',
    ...reached,
    'Executed notebook:',
    `  ${relative(root, output)}`,
    '',
    'Open the lab with: npm run lab',
    '',
  ];
  process.stdout.write(closing.join('\n'));
});
