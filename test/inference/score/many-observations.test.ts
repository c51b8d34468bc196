import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { npse } from '../../../lib/inference/score/npse';
import type { TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import { squaredMmd } from '../../../lib/metrics/squared-mmd';
import { drawObservations } from '../../../lib/simulation/draw-observations';
import { simulate } from '../../../lib/simulation/simulate';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';

const task = gaussianLinear([0.6, 1, 1.4]);

describe('npse of a linear Gaussian model', () => {
  let estimator: TrainedScoreEstimator;
  beforeAll(async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    const simulations = await simulate(task, 4_000, { seed: 1, progress: false });
    estimator = await npse.train(simulations, { prior: task.prior, seed: 1, progress: false, fit: { maxEpochs: 8 } });
    simulations.dispose();
  });
  afterAll(() => estimator.dispose());

  it('has nothing to learn beyond the closed form, and keeps nothing that was learned by chance', () => {
    expect(estimator.fit.bestEpoch).toBe(0);
  });

  // means are off by |theta| sqrt(n / N) standard deviations: .3 at n = 200
  it.each([1, 5, 33, 200])('is right for %i observations', async (n) => {
    const { xObs } = drawObservations(task, n, 2);
    const posterior = estimator.given(xObs);
    const draws = await posterior.sample(1_000, { seed: 3, progress: false });
    const exact = await task.exactPosterior(xObs).sample(1_000, { seed: 4 });
    expect(squaredMmd(draws, exact)).toBeLessThan(0.02);
    tf.dispose([draws, exact]);
    posterior.dispose();
  });

  it('draws the same after it was read back, for any number of observations', async () => {
    const { xObs } = drawObservations(task, 40, 2);
    const again = npse.restore(estimator.record(), { prior: task.prior });
    const [a, b] = await Promise.all(
      [estimator, again].map(async (each) => {
        const posterior = each.given(xObs);
        const draws = await posterior.sample(300, { seed: 3, progress: false });
        posterior.dispose();
        return draws;
      }),
    );
    expect(b.arraySync()).toEqual(a.arraySync());
    tf.dispose([a, b]);
    again.dispose();
  });
});
