import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normal, type NormalPrior } from '../../../lib/distributions/normal';
import { priorSamples } from '../../../lib/distributions/prior-samples';
import type { ParameterLaw } from '../../../lib/inference/score/parameter-law';
import { resampledDraws } from '../../../lib/inference/score/resampled-draws';
import { covariance, mean } from '../../../lib/maths/moments';

const lawOf = (law: NormalPrior): ParameterLaw => ({
  id: 'law',
  logProb: (theta) => law.logProb(theta) as tf.Tensor1D,
  score: (theta) => law.score(theta),
});
const count = 2000;
// the prior, a narrower law of training, and a likelihood N(theta; .5, .4^2)
const wanted = normal({ mean: [0, 0], std: 1 });
const trained = normal({ mean: [0.3, 0.2], std: 0.6 });
const productOf = ({ mean: m, covariance: c }: NormalPrior): NormalPrior => {
  const parts = [0, 1].map((k) => {
    const variance = 1 / (1 / c[k][k] + 1 / 0.16);
    return { mean: variance * (m[k] / c[k][k] + 0.5 / 0.16), std: Math.sqrt(variance) };
  });
  return normal({ mean: parts.map((part) => part.mean), std: parts.map((part) => part.std) });
};

describe('draws resampled from the law of training', () => {
  const draw =
    (law: NormalPrior) =>
    async (rows: number, { seed }: { seed: number }) =>
      priorSamples(law, rows, seed);

  it('are those of the posterior under the law that is wanted, nearly all of them once', async () => {
    const before = tf.memory().numTensors;
    const laws = { wanted: lawOf(wanted), trained: lawOf(trained) };
    const found = (await resampledDraws(draw(productOf(trained)), laws, count, 1))!;
    const rows = found.arraySync();
    found.dispose();
    expect(tf.memory().numTensors).toBe(before);
    const exact = productOf(wanted);
    // of the draws, and of the pool of twice as many effective ones
    const error = 4 * Math.sqrt(1.5 / count);
    for (const k of [0, 1]) {
      expect(Math.abs(mean(rows)[k] - exact.mean[k]) / Math.sqrt(exact.covariance[k][k])).toBeLessThan(error);
      expect(Math.abs(covariance(rows)[k][k] / exact.covariance[k][k] - 1)).toBeLessThan(Math.SQRT2 * error);
      // the posterior under the law of training is another one
      expect(Math.abs(mean(rows)[k] - productOf(trained).mean[k])).toBeGreaterThan(0.01);
    }
    expect(covariance(rows)[0][0]).toBeGreaterThan(1.1 * productOf(trained).covariance[0][0]);
    expect(new Set(rows.map(String)).size).toBeGreaterThan(0.7 * count);
  });

  it('are none where the laws have too little in common', async () => {
    const before = tf.memory().numTensors;
    const far = normal({ mean: [-3, -3], std: 0.3 });
    const laws = { wanted: lawOf(wanted), trained: lawOf(far) };
    expect(await resampledDraws(draw(productOf(far)), laws, count, 1)).toBeUndefined();
    expect(tf.memory().numTensors).toBe(before);
  });
});
