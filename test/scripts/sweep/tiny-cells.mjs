import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A definition of experiments for tests of sweeps, in the shape of `scripts/experiments/paper-001.mjs`: settings that
 * draw from the exact posterior given observations shifted by `options.shifts`, and take `options.ms` milliseconds; the
 * seeds of `options.failing` fail, in those of `options.dying` the process ends while the file `options.deadly` is
 * there.
 */
export const experiments = (library, { seeds = [1, 2, 3], shifts = { left: -1, right: 1 }, settings, ...rest }) => {
  const { ms = 0, failing = [], dying = [], deadly = '' } = rest;
  const task = library.tasks.gaussianLinear([1, 1]);
  const setting = (name) => ({
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
    settings: (settings ?? Object.keys(shifts)).map(setting),
    budgets: [100],
    seeds,
    n: [1, 2],
    samples: 50,
  };
  return [{ notebook: 'tiny', experiment }];
};

export const settings = () => ['left', 'right'];
