import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Posterior } from '../../lib/contract/posterior';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { normal } from '../../lib/distributions/normal';
import { mixture } from '../../lib/distributions/mixture';
import type { Prior } from '../../lib/distributions/prior';
import { truncatedNormal } from '../../lib/distributions/truncated-normal';
import { normalisedDensity } from '../../lib/inference/normalised-density';
import { priorSamples } from '../../lib/distributions/prior-samples';

/** A law as a posterior whose log density is off by a constant. */
function posteriorOf(law: Prior, constant: number): Posterior {
  return {
    n: 100,
    dim: law.dim,
    sample: async (count, { seed }) => priorSamples(law, count, seed),
    density: {
      normalised: false,
      logProb: async (theta) => tf.tidy(() => tf.add(law.logProb(theta), constant) as tf.Tensor1D),
    },
    dispose: () => {},
  };
}

const narrow = normal({
  mean: [3, -1],
  covariance: [
    [1e-4, 5e-5],
    [5e-5, 1e-4],
  ],
});
const apart = mixture([
  { weight: 0.3, component: normal({ mean: [-4, 0], std: [0.2, 1] }) },
  { weight: 0.7, component: normal({ mean: [4, 1], std: [0.5, 0.1] }) },
]);
const corner = truncatedNormal({ mean: [1, 0.9], std: [0.3, 0.2], lower: [-1, -1], upper: [1, 1] });

describe('normalisedDensity', () => {
  it.each([
    { name: 'of a narrow Gaussian', law: narrow, constant: 12_345 / 64 },
    { name: 'of two modes', law: apart, constant: -7 },
    { name: 'in the corner of a box', law: corner, constant: 2.5 },
  ])('finds the constant $name', async ({ law, constant }) => {
    for (const seed of [1, 2]) {
      const density = await normalisedDensity(posteriorOf(law, constant), { seed });
      expect(density.standardError).toBeLessThan(0.1);
      expect(Math.abs(density.logIntegral - constant)).toBeLessThan(4 * density.standardError + 1e-3);
      const theta = priorSamples(law, 5, 3);
      const [ours, exact] = [await density.logProb(theta), law.logProb(theta)].map((each) => each.dataSync());
      ours.forEach((value, i) => expect(Math.abs(value - exact[i])).toBeLessThan(4 * density.standardError + 1e-3));
    }
  });

  it('has standard errors that are those over seeds', async () => {
    const found = await Promise.all(
      Array.from({ length: 24 }, (_, seed) =>
        normalisedDensity(posteriorOf(corner, 0), { seed, draws: 200, points: 500 }),
      ),
    );
    const spread = Math.sqrt(found.reduce((sum, { logIntegral }) => sum + logIntegral ** 2, 0) / found.length);
    const told = found.reduce((sum, { standardError }) => sum + standardError, 0) / found.length;
    expect(spread / told).toBeGreaterThan(1 - 3 / Math.sqrt(48));
    expect(spread / told).toBeLessThan(1 + 3 / Math.sqrt(48));
  });

  it('leaves no tensors, and refuses what has no density or too few points', async () => {
    const before = tf.memory().numTensors;
    await normalisedDensity(posteriorOf(narrow, 1), { seed: 1, draws: 200, points: 200 });
    expect(tf.memory().numTensors).toBe(before);
    const { density: _, ...without } = posteriorOf(narrow, 1);
    await expect(normalisedDensity(without as Posterior, { seed: 1 })).rejects.toThrow(/one with a density/);
    await expect(normalisedDensity(posteriorOf(narrow, 1), { seed: 1, points: 3 })).rejects.toThrow(InvalidInputError);
    // draws that are not where the density is
    const elsewhere = { ...posteriorOf(narrow, 1), sample: async () => priorSamples(apart, 500, rng(1).integer(0, 9)) };
    await expect(normalisedDensity(elsewhere as Posterior, { seed: 1 })).rejects.toThrow(/effective/);
  });
});
