import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { environment } from '../setup/environment.mjs';
import { notebooks, root, venvPython } from '../setup/paths.mjs';

/** The names of all notebooks, in their order. */
export function notebookNames() {
  if (!existsSync(notebooks)) return [];
  return readdirSync(notebooks)
    .filter((file) => file.endsWith('.ipynb'))
    .map((file) => file.slice(0, -'.ipynb'.length))
    .sort();
}

/**
 * Runs a notebook headless and shows its progress. The kernel runs in `notebooks/` wherever the output goes.
 * @param {string} name such as `00-quickstart`
 * @param {object} options
 * @param {string} options.output where the executed notebook goes
 * @param {string} options.results what the library takes for the folder `results`
 * @param {'quick' | 'full'} options.budget
 * @returns {Promise<boolean>} whether every cell ran
 */
export function runNotebook(name, { output, results, budget }) {
  const script = join(root, 'scripts', 'notebooks', 'execute.py');
  const child = spawn(venvPython, ['-B', script, join(notebooks, `${name}.ipynb`), output, notebooks], {
    cwd: root,
    env: environment({ SCOREBOOK_BUDGET: budget, SCOREBOOK_RESULTS: results }),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
}
