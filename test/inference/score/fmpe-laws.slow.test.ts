import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { fmpe } from '../../../lib/inference/score/fmpe';
import { predictorCorrector } from '../../../lib/samplers/predictor-corrector';
import { simulate } from '../../../lib/simulation/simulate';
import { estimatorLaws, halfBounded } from '../contract-laws';
import { quick, quiet } from '../quick-estimator';

const { prior } = halfBounded;

describe('an FMPE estimator', () => {
  const tested = estimatorLaws(
    async () => {
      const simulations = await simulate(halfBounded, 2000, { seed: 1, workers: 0, ...quiet });
      const estimator = await fmpe.train(simulations, { ...quick, prior, fit: { maxEpochs: 10 } });
      simulations.dispose();
      return { estimator, restore: (record) => fmpe.restore(record, { prior }) };
    },
    { density: { tolerance: 1e-2 }, cells: 24, integral: 0.02 },
  );

  it('refuses, for many x, a sampler whose steps take statistics over all particles', async () => {
    const options = { draws: 2, seed: 1, sampler: predictorCorrector(), ...quiet };
    await expect(tested().drawEach([[0, 1]], options)).rejects.toThrow(/a sampler whose particles are independent/);
  });
});
