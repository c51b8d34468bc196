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
 * Runs a notebook headless and shows its name, its progress and its time. The kernel runs in `notebooks/` wherever the
 * output goes.
 * @param {string} name such as `00-quickstart`
 * @param {object} options
 * @param {string} options.output where the executed notebook goes
 * @param {string} options.results what the library takes for the folder `results`
 * @param {'smoke' | 'quick' | 'full'} options.budget
 * @param {boolean} [options.atOnce] show all at its end, where several notebooks run side by side
 * @returns {Promise<boolean>} whether every cell ran
 */
export function runNotebook(name, { output, results, budget, atOnce = false }) {
  const begin = performance.now();
  const shown = atOnce ? 'pipe' : 'inherit';
  let text = `\n${name} (${budget})\n`;
  if (!atOnce) process.stdout.write(text);
  const script = join(root, 'scripts', 'notebooks', 'execute.py');
  const child = spawn(venvPython, ['-B', script, join(notebooks, `${name}.ipynb`), output, notebooks], {
    cwd: root,
    env: environment({ SCOREBOOK_BUDGET: budget, SCOREBOOK_RESULTS: results }),
    stdio: ['ignore', shown, shown],
  });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const took = `  ${((performance.now() - begin) / 1000).toFixed(0)} s in all\n`;
      process.stdout.write(atOnce ? text + took : took);
      resolve(code === 0);
    });
  });
}
