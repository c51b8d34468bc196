import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../../lib/distributions/uniform';
import { flowNpe } from '../../../lib/inference/density/flow-npe';
import { covariance, mean } from '../../../lib/maths/moments';
import { simulateSets } from '../../../lib/simulation/simulate-sets';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactLogProb, exactMoments } from '../exact-gaussian';
import { rowsOf, withPosterior } from '../quick-estimator';
import { gridMass, here, logProbAt, total, trainedFlow } from './quick-flow';

const task = gaussianLinear([0.3, 0.6]);

describe('the density of a flow estimator', () => {
  it('integrates to one in a box with walls, is nothing outside of it, and has the draws in its cells', async () => {
    const estimator = await trainedFlow(uniform({ lower: [0, -1], upper: [1, 3] }), { fit: { maxEpochs: 30 } });
    const xObs = [
      [0.2, 2.8],
      [0.6, 2.2],
    ];
    await withPosterior(estimator, xObs, async (posterior) => {
      const fine = await gridMass(posterior, [0, -1], [1, 3], 200);
      expect(Math.abs(total(fine) - 1)).toBeLessThan(5e-3);
      const values = await logProbAt(posterior, [
        [-0.1, 0],
        [1.1, 0],
        [0.5, 3.5],
        [0.5, 2],
      ]);
      expect(values.slice(0, 3)).toEqual([-Infinity, -Infinity, -Infinity]);
      expect(Number.isFinite(values[3])).toBe(true);
      const count = 20_000;
      const seen = new Array<number>(16).fill(0);
      for (const [a, b] of await rowsOf(posterior.sample(count, { seed: 3 }))) {
        expect(a > 0 && a < 1 && b > -1 && b < 3).toBe(true);
        seen[4 * Math.floor(4 * a) + Math.floor(b + 1)]++;
      }
      const expected = new Array<number>(16).fill(0);
      fine.forEach((mass, i) => {
        const [row, column] = [Math.floor(i / 200), i % 200];
        expected[4 * Math.floor(row / 50) + Math.floor(column / 50)] += mass;
      });
      expected.forEach((share, cell) =>
        // 4 standard errors, and what the grid rounds
        expect(Math.abs(seen[cell] / count - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count) + 2e-3),
      );
    });
    estimator.dispose();
  });

  it('reaches the closed-form posterior of a Gaussian task for 1 and 5 observations', async () => {
    const sets = await simulateSets(task, { ...here, calls: 20_000, maxObservations: 6 });
    const estimator = await flowNpe.train(sets, {
      prior: task.prior,
      seed: 3,
      network: { width: 32, hidden: 2, activation: 'silu' },
      fit: { batchSize: 256, maxEpochs: 60, learningRate: 3e-3 },
      progress: false,
    });
    sets.dispose();
    const all = [0, 1, 2, 3, 4].map((j) => [0.8 + 0.2 * j, -0.9 + 0.1 * j]);
    for (const n of [1, 5]) {
      const xObs = all.slice(0, n);
      const exact = exactMoments(task, xObs);
      await withPosterior(estimator, xObs, async (posterior) => {
        const rows = await rowsOf(posterior.sample(4_000, { seed: 4 }));
        const [centre, spread] = [mean(rows), covariance(rows)];
        exact.mean.forEach((value, k) => {
          // in posterior standard deviations; the sampling error is about .016 and .011
          expect(Math.abs(centre[k] - value) / exact.std[k]).toBeLessThan(0.2);
          expect(Math.abs(Math.sqrt(spread[k][k]) / exact.std[k] - 1)).toBeLessThan(0.15);
        });
        // the Kullback-Leibler divergence of the flow from the exact posterior, over the flow's draws
        const [own, expected] = [await logProbAt(posterior, rows), exactLogProb(task, xObs, rows)];
        expect(total(own.map((value, i) => value - expected[i])) / rows.length).toBeLessThan(0.05);
        const fine = await gridMass(posterior, [-3, -4], [4, 3], 300);
        expect(Math.abs(total(fine) - 1)).toBeLessThan(5e-3);
      });
    }
    estimator.dispose();
  });
});
