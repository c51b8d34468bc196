import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { notebookNames, runNotebook } from './notebooks/run-notebook.mjs';
import { cache, notebooks, root } from './setup/paths.mjs';
import { Problem, runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

const usage = `npm run notebooks -- [--write] [--full | --smoke] [--jobs n] [name ...]
  runs all notebooks, or those named, headless and prints "N passed, N failed"
  --write  run them in place and write results/; without it, nothing that git knows changes
  --full   the budget of the published figures instead of the quick one
  --smoke  the least with which every cell runs, for a check of the notebooks; the quickstart stays quick
  --jobs   notebooks side by side, by default one; what each shows comes at its end`;

/** The notebook that newcomers run first: it is checked as they find it, and quick enough for that. */
const quickstart = '00-quickstart';

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
    options: {
      write: { type: 'boolean' },
      full: { type: 'boolean' },
      smoke: { type: 'boolean' },
      jobs: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  if (values.smoke && (values.write || values.full))
    throw new Problem(
      '--smoke checks that notebooks run; its numbers are no results, so it goes without --write and --full.',
    );
  if (!/^[1-9]\d*$/.test(values.jobs ?? '1'))
    throw new Problem(`--jobs: expected a whole number of at least 1, received "${values.jobs}".`);
  const names = select(positionals);
  await setUp();
  const trial = join(cache, 'notebooks');
  if (!values.write) rmSync(trial, { recursive: true, force: true });
  const target = values.write
    ? { folder: notebooks, results: join(root, 'results') }
    : { folder: trial, results: join(trial, 'results') };
  const jobs = Number(values.jobs ?? 1);
  const waiting = [...names];
  let passed = 0;
  const worker = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const output = join(target.folder, `${name}.ipynb`);
      const budget = values.full ? 'full' : values.smoke && name !== quickstart ? 'smoke' : 'quick';
      if (await runNotebook(name, { output, results: target.results, budget, atOnce: jobs > 1 })) passed++;
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  const failed = names.length - passed;
  writeFileSync(join(cache, 'notebooks.json'), JSON.stringify({ passed, failed }));
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
});
