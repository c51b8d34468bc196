import { join } from 'node:path';
import { text } from '../setup/fingerprint.mjs';
import { gatherFacts } from '../setup/facts.mjs';
import { root } from '../setup/paths.mjs';
import { Problem } from '../setup/problem.mjs';
import { succeeds } from '../setup/run.mjs';

const folder = join(root, '.venv-sweep');
export const enginePython = join(folder, 'bin', 'python');
export const requirements = join(root, 'scripts', 'sweep', 'engine', 'requirements.txt');
const check = join(root, 'scripts', 'setup', 'check_requirements.py');

/**
 * The step that makes the engine's own environment, on the first sweep; no part of the set-up.
 * @param {string} [wheels] a folder of wheels to install from where there is no network
 * @returns {import('../setup/steps.mjs').Step}
 */
export const engineEnvironment = (wheels) => ({
  name: 'engine of sweeps',
  does: 'Snakemake and its Slurm executor in .venv-sweep',
  bytes: 0.35e9,
  registry: "Python's package registry",
  inputs: () => [text('scripts', 'sweep', 'engine', 'requirements.txt')],
  isThere: () => succeeds(enginePython, [check, requirements]),
  async make(run) {
    const { python } = gatherFacts(0);
    if (!python || python.version[0] !== 3 || python.version[1] < 11)
      throw new Problem('The engine of sweeps needs Python 3.11 or newer: set PYTHON to one and run this again.');
    await run(python.command, ['-m', 'venv', '--clear', folder]);
    const source = wheels ? ['--no-index', '--find-links', wheels] : ['--retries', '2'];
    const install = ['-m', 'pip', 'install', '--no-deps', '--no-input', ...source, '--requirement', requirements];
    await run(enginePython, install);
  },
});
