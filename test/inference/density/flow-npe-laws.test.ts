import '@tensorflow/tfjs-node';
import { describe } from 'vitest';
import { flowNpe } from '../../../lib/inference/density/flow-npe';
import { simulateSets } from '../../../lib/simulation/simulate-sets';
import { estimatorLaws, halfBounded } from '../contract-laws';
import { here } from './quick-flow';

const { prior } = halfBounded;

describe('a flow NPE estimator', () => {
  estimatorLaws(
    async () => {
      const sets = await simulateSets(halfBounded, { ...here, calls: 3000, maxObservations: 3 });
      const estimator = await flowNpe.train(sets, {
        prior,
        seed: 1,
        network: { width: 16, hidden: 1, activation: 'silu' },
        fit: { maxEpochs: 20 },
        progress: false,
      });
      sets.dispose();
      return { estimator, restore: (record) => flowNpe.restore(record, { prior }) };
    },
    { cells: 100, integral: 0.01 },
  );
});
