import { join } from 'node:path';
import { text } from './fingerprint.mjs';
import { root, venv, venvPython } from './paths.mjs';
import { succeeds } from './run.mjs';

const requirements = join(root, 'scripts', 'requirements.txt');
const check = join(root, 'scripts', 'setup', 'check_requirements.py');

/**
 * The step that makes `.venv` with JupyterLab.
 * @param {() => string} basePython the Python to make it from
 * @returns {import('./steps.mjs').Step}
 */
export const pythonEnvironment = (basePython) => ({
  name: 'python environment',
  does: '.venv with JupyterLab',
  bytes: 0.4e9,
  registry: "Python's package registry",
  inputs: () => [text('scripts', 'requirements.txt')],
  isThere: () => succeeds(venvPython, [check, requirements]),
  async make(run) {
    // A working environment is only brought up to date, so that JupyterLab's settings in it survive.
    const works = await succeeds(venvPython, ['-m', 'pip', '--version']);
    if (!works) await run(basePython(), ['-m', 'venv', '--clear', venv]);
    // The file is a whole closure, so nothing that it does not name may come in.
    await run(venvPython, [
      '-m',
      'pip',
      'install',
      '--no-deps',
      '--no-input',
      '--retries',
      '2',
      '--requirement',
      requirements,
    ]);
  },
});
