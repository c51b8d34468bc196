import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A definition of experiments for tests of sweeps, in the shape of `scripts/experiments/paper-001.mjs`: settings that
 * draw from the exact posterior given observations shifted by `options.shifts`, and take `options.ms` milliseconds; the
 * seeds of `options.failing` fail, in those of `options.dying` the process ends while the file `options.deadly` is
 * there.
 *
 * @typedef {object} CellsOptions
 * @property {number[]} [seeds]
 * @property {Record<string, number>} [shifts]
 * @property {string[]} [settings]
 * @property {number} [ms]
 * @property {number[]} [failing]
 * @property {number[]} [dying]
 * @property {string} [deadly]
 *
 * @param {import('../../../scripts/experiments/definition.mjs').Library} library
 * @param {CellsOptions} options
 */
export function experiments(library, options) {
  const { seeds = [1, 2, 3], shifts = { left: -1, right: 1 }, ms = 0, failing = [], dying = [], deadly = '' } = options;
  const task = library.tasks.gaussianLinear([1, 1]);
  /** @returns {import('scorebook').experiments.ExperimentSetting} */
  const setting = (/** @type {string} */ name) => ({
    setting: name,
    id: name,
    methods: ['exact'],
    definition: { shift: shifts[name] },
    train: async (_, budget, { seed }) => {
      await sleep(ms);
      if (dying.includes(seed) && existsSync(deadly)) process.kill(process.pid, 'SIGKILL');
      if (failing.includes(seed)) throw new library.NonFiniteError('Training left the finite numbers in epoch 3.');
      return {
        simulatorCalls: budget,
        draw: async (_method, xObs, samples) => {
          const moved = xObs.map((row) => row.map((value) => value + shifts[name]));
          return task.exactPosterior(moved).sample(samples, { seed: seed + 100 });
        },
        dispose: () => {},
      };
    },
  });
  const experiment = {
    task,
    settings: (options.settings ?? Object.keys(shifts)).map(setting),
    budgets: [100],
    seeds,
    n: [1, 2],
    samples: 50,
  };
  return [{ notebook: 'tiny', experiment }];
}

export const settings = () => ['left', 'right'];
