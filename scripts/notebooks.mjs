import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { notebookNames, runNotebook } from './notebooks/run-notebook.mjs';
import { cache, notebooks, root } from './setup/paths.mjs';
import { Problem, runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

const usage = `npm run notebooks -- [--write] [--full] [name ...]
  runs all notebooks, or those named, headless and prints "N passed, N failed"
  --write  run them in place and write results/; without it, nothing that git knows changes
  --full   the budget of the published figures instead of the quick one`;

/** @param {string[]} wanted such as `00-quickstart`, `00` or `notebooks/00-quickstart.ipynb` */
function select(wanted) {
  const all = notebookNames();
  if (wanted.length === 0) return all;
  return wanted.map((word) => {
    const stem = word.replace(/^.*\//, '').replace(/\.ipynb$/, '');
    const name = all.find((candidate) => candidate === stem) ?? all.find((candidate) => candidate.startsWith(stem));
    if (!name) throw new Problem(`There is no notebook "${word}"; there are: ${all.join(', ') || 'none'}.`);
    return name;
  });
}

await runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { write: { type: 'boolean' }, full: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const names = select(positionals);
  await setUp();
  const trial = join(cache, 'notebooks');
  if (!values.write) rmSync(trial, { recursive: true, force: true });
  const target = values.write
    ? { folder: notebooks, results: join(root, 'results') }
    : { folder: trial, results: join(trial, 'results') };
  let passed = 0;
  for (const name of names) {
    process.stdout.write(`\n${name}\n`);
    const output = join(target.folder, `${name}.ipynb`);
    const budget = values.full ? 'full' : 'quick';
    if (await runNotebook(name, { output, results: target.results, budget })) passed++;
  }
  const failed = names.length - passed;
  writeFileSync(join(cache, 'notebooks.json'), JSON.stringify({ passed, failed }));
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
});
