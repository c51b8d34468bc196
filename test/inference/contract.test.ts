import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { flowNpe } from '../../lib/inference/density/flow-npe';
import { fmpe } from '../../lib/inference/score/fmpe';
import { npse } from '../../lib/inference/score/npse';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { simulate } from '../../lib/simulation/simulate';
import { simulateSets } from '../../lib/simulation/simulate-sets';
import { estimatorLaws, halfBounded } from './contract-laws';
import { quick, quiet } from './quick-estimator';

const { prior } = halfBounded;
const here = { seed: 1, workers: 0, ...quiet };

describe.each([
  { what: 'an NPSE estimator', method: npse },
  { what: 'an FMPE estimator', method: fmpe },
])('$what', ({ method }) => {
  const tested = estimatorLaws(
    async () => {
      const simulations = await simulate(halfBounded, 2000, here);
      const estimator = await method.train(simulations, { ...quick, prior, fit: { maxEpochs: 10 } });
      simulations.dispose();
      return { estimator, restore: (record) => method.restore(record, { prior }) };
    },
    { density: { tolerance: 1e-2 }, cells: 24, integral: 0.02 },
  );

  it('refuses, for many x, a sampler whose steps take statistics over all particles', async () => {
    const options = { draws: 2, seed: 1, sampler: predictorCorrector(), ...quiet };
    await expect(tested().drawEach([[0, 1]], options)).rejects.toThrow(/a sampler whose particles are independent/);
  });
});

describe('a flow NPE estimator', () => {
  estimatorLaws(
    async () => {
      const sets = await simulateSets(halfBounded, { ...here, calls: 3000, maxObservations: 3 });
      const estimator = await flowNpe.train(sets, {
        prior,
        seed: 1,
        network: { width: 16, hidden: 1, activation: 'silu' },
        fit: { maxEpochs: 20 },
        ...quiet,
      });
      sets.dispose();
      return { estimator, restore: (record) => flowNpe.restore(record, { prior }) };
    },
    { cells: 100, integral: 0.01 },
  );
});
