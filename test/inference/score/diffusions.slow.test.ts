import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { subVp } from '../../../lib/diffusion/sub-vp';
import { ve } from '../../../lib/diffusion/ve';
import { vpCosine, vpLinear } from '../../../lib/diffusion/vp';
import { normal } from '../../../lib/distributions/normal';
import { continuous, type TrainingLevels } from '../../../lib/inference/score/levels';
import { npse } from '../../../lib/inference/score/npse';
import * as weightings from '../../../lib/training/weightings';
import * as parameterisations from '../../../lib/nn/score/parameterisations';
import { noise, quiet, trained, valuesOf, withPosterior } from '../quick-estimator';

describe('training in continuous time', () => {
  const prior = normal({ mean: [0, 0] });
  /** Of the exact posterior N(x / (1 + noise^2), noise^2 / (1 + noise^2)), which the closed-form part nearly gives. */
  const variance = noise ** 2 / (1 + noise ** 2);
  const x = [0.5, -1];

  it.each<[string, TrainingLevels]>([
    ['vpLinear', continuous(vpLinear(), { weighting: weightings.likelihood() })],
    ['vpCosine', continuous(vpCosine(), { parameterisation: parameterisations.velocity() })],
    ['ve', continuous(ve())],
    ['subVp', continuous(subVp(), { weighting: weightings.noise() })],
  ])('on %s gives the posterior and its density, and is the same read back', async (_, levels) => {
    const estimator = await trained(prior, { levels });
    expect(estimator.config.levels).toEqual(levels.spec);
    const restored = npse.restore(estimator.record(), { prior });
    const drawn: number[][] = [];
    for (const each of [estimator, restored])
      drawn.push(
        await withPosterior(each, [x], (posterior) => valuesOf(posterior.sample(1000, { seed: 1, ...quiet }))),
      );
    expect(drawn[1]).toEqual(drawn[0]);
    for (const k of [0, 1]) {
      const values = drawn[0].filter((_, i) => i % 2 === k);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      const spread = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
      // 1,000 simulations and five epochs
      expect(Math.abs(mean - x[k] / (1 + noise ** 2))).toBeLessThan(0.1);
      expect(Math.abs(spread / variance - 1)).toBeLessThan(0.3);
    }
    await withPosterior(estimator, [x], async (posterior) => {
      const theta = tf.tensor2d([x.map((value) => value / (1 + noise ** 2))]);
      const [logProb] = await valuesOf(posterior.density.logProb(theta, { tolerance: 1e-2, ...quiet }));
      theta.dispose();
      expect(Math.abs(logProb + Math.log(2 * Math.PI * variance))).toBeLessThan(0.3);
    });
    await withPosterior(estimator, [x, x], async (posterior) => {
      expect((await valuesOf(posterior.sample(300, { seed: 1, ...quiet }))).every(Number.isFinite)).toBe(true);
    });
    restored.dispose();
    estimator.dispose();
  });

  it('finds the mode of one and of several observations', async () => {
    const estimator = await trained(prior);
    for (const n of [1, 4]) {
      const mode = await withPosterior(estimator, new Array<number[]>(n).fill(x), (posterior) =>
        valuesOf(posterior.map({ seed: 1, starts: 8, ...quiet })),
      );
      mode.forEach((value, k) => expect(Math.abs(value - (n * x[k]) / (n + noise ** 2))).toBeLessThan(0.1));
    }
    estimator.dispose();
  });
});
