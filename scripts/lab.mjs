import { spawn } from 'node:child_process';
import { labArguments } from './lab/arguments.mjs';
import { environment } from './setup/environment.mjs';
import { notebooks, venvPython } from './setup/paths.mjs';
import { runMain } from './setup/problem.mjs';
import { setUp } from './setup/setup.mjs';

/** `npm run lab`: JupyterLab at notebooks/; further arguments, such as --no-browser or --port=9000, go to it. */
await runMain(async () => {
  await setUp();
  const lab = spawn(venvPython, labArguments(notebooks, process.argv.slice(2)), {
    env: environment(),
    stdio: 'inherit',
  });
  // Ctrl-C reaches the lab too, which asks before it stops: wait for its answer.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => lab.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    lab.on('error', reject);
    lab.on('close', (code) => resolve(code ?? 0));
  });
});
