import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A definition of experiments for tests, in the shape of `scripts/experiments/paper-001.mjs`: a tiny network, and a
 * setting that does what the test tells it by files in `options.folder`. Where `wait-<seed>` is, a training of that
 * seed writes its process id to `pid-<seed>` and goes on once `wait-<seed>` is gone; where `fail-<seed>` is, it fails.
 */
export const experiments = (library, { folder, seeds = [1, 2, 3], settings = ['small', 'told'] }) => {
  const task = library.tasks.gaussianLinear([1, 1]);
  const all = {
    small: library.experiments.pairsSetting({
      setting: 'small',
      smallestBudget: 32,
      train: (pairs, options) =>
        library.npse.train(pairs, {
          emulated: 0,
          levels: library.discrete({ count: 10 }),
          network: library.denoisingNetwork({ width: 4, hidden: 1, blocks: 1 }),
          fit: { maxEpochs: 1, batchSize: 32 },
          ...options,
        }),
      methods: [{ method: 'A2', sampler: library.gaussianTransitions() }],
    }),
    told: {
      setting: 'told',
      id: 'told/exact',
      methods: ['exact'],
      train: async (_, budget, { seed, signal }) => {
        const told = (what) => existsSync(join(folder, `${what}-${seed}`));
        if (told('wait')) writeFileSync(join(folder, `pid-${seed}`), String(process.pid));
        while (told('wait')) {
          if (signal.aborted) throw new library.InterruptedError('stopped');
          await new Promise((resolve) => setTimeout(resolve, 10));
        }
        if (told('fail')) throw new library.NonFiniteError('Training left the finite numbers in epoch 3.');
        return {
          simulatorCalls: budget,
          draw: async (method, xObs, samples) => task.exactPosterior(xObs).sample(samples, { seed: seed + 100 }),
          dispose: () => {},
        };
      },
    },
  };
  const experiment = {
    task,
    settings: settings.map((name) => all[name]),
    budgets: [100],
    seeds,
    n: [1, 2],
    samples: 50,
  };
  return [{ notebook: 'tiny', experiment }];
};

export const settings = () => ['small', 'told'];
