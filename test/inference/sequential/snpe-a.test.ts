import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logNormal } from '../../../lib/distributions/log-normal';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import type { SequentialRun } from '../../../lib/inference/sequential/sequential-run';
import { snpeA } from '../../../lib/inference/sequential/snpe-a';
import type { SnpeAEstimator } from '../../../lib/inference/sequential/snpe-a-estimator';
import { mean } from '../../../lib/maths/moments';
import { halfBounded, posteriorLaws } from '../contract-laws';
import { quiet, rowsOf, withPosterior } from '../quick-estimator';

const method = snpeA({
  components: 2,
  network: { width: 10, hidden: 1 },
  fit: { maxEpochs: 20, learningRate: 5e-3, batchSize: 50 },
});
const xs = [
  [0, 1],
  [1.5, 0.3],
];

describe('an SNPE-A estimator', () => {
  let run: SequentialRun<SnpeAEstimator>;
  const tensors = tf.memory().numTensors;
  beforeAll(async () => {
    const options = { rounds: 2, calls: 1600, seed: 1, ...quiet };
    run = await inRounds(halfBounded, [xs[1]], method, options);
  });
  afterAll(() => {
    run.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });

  describe('as any posterior', () => posteriorLaws(() => run.estimator.given([xs[1]]), { cells: 200, integral: 0.02 }));

  it('has as many Gaussians as were asked for in the last round, and is corrected for its proposal', () => {
    expect(run.posterior.components.length).toBe(2);
    expect(run.estimator.config.proposal!.precision.length).toBe(2);
    expect(run.posterior.density.normalised).toBe(false);
  });

  it('draws for each of many x what it draws given that x alone', async () => {
    const drawn = await run.estimator.drawEach(xs, { draws: 1000, seed: 1 });
    const rows = drawn.arraySync();
    drawn.dispose();
    for (const [i, x] of xs.entries()) {
      const alone = await withPosterior(run.estimator, [x], (posterior) => rowsOf(posterior.sample(1000, { seed: 5 })));
      // the deviations are at most 1
      for (const k of [0, 1]) expect(Math.abs(mean(rows[i])[k] - mean(alone)[k])).toBeLessThan(4 * Math.sqrt(2 / 1000));
    }
  });

  it('is read back as the same, and by no other prior', async () => {
    const { prior } = halfBounded;
    const again = method.restore(run.estimator.record(), { prior });
    const drawn: number[][][] = [];
    for (const each of [run.estimator, again])
      drawn.push(await withPosterior(each, [xs[0]], (posterior) => rowsOf(posterior.sample(5, { seed: 2 }))));
    expect(drawn[1]).toEqual(drawn[0]);
    again.dispose();
    const other = logNormal({ mean: [0, 0] });
    expect(() => method.restore(run.estimator.record(), { prior: other })).toThrow(/prior/);
  });

  it('is of one observation', () => {
    const before = tf.memory().numTensors;
    expect(() => run.estimator.given(xs)).toThrow(/snpeA: given: expected one observation, received 2/);
    expect(tf.memory().numTensors).toBe(before);
  });
});
