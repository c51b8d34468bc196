import '@tensorflow/tfjs-node';
import { describe } from 'vitest';
import { npe } from '../../../lib/inference/density/npe';
import { splineAutoregressive } from '../../../lib/nn/density/spline-flows';
import { simulate } from '../../../lib/simulation/simulate';
import { estimatorLaws, halfBounded } from '../contract-laws';
import { quiet } from '../quick-estimator';

const { prior } = halfBounded;

describe('an NPE estimator', () => {
  estimatorLaws(
    async () => {
      const pairs = await simulate(halfBounded, 2000, { seed: 1, workers: 0, ...quiet });
      const density = splineAutoregressive({ transforms: 2, width: 16, bins: 5 });
      const options = { prior, seed: 1, density, fit: { maxEpochs: 10, learningRate: 2e-3 }, ...quiet };
      const estimator = await npe.train(pairs, options).finally(() => pairs.dispose());
      return { estimator, restore: (record) => npe.restore(record, { prior }) };
    },
    { cells: 100, integral: 0.01 },
  );
});
