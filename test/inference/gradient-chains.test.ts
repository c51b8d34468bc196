import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { Posterior } from '../../lib/contract/posterior';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { truncatedNormal } from '../../lib/distributions/truncated-normal';
import { gradientChains } from '../../lib/inference/gradient-chains';
import { covariance, mean } from '../../lib/maths/moments';
import { hmc } from '../../lib/mcmc/hmc';
import type { Kernel } from '../../lib/mcmc/kernel';
import { langevin } from '../../lib/mcmc/langevin';
import { exactPosterior } from '../../lib/tasks/exact-posterior';
import { interrupted, quiet, rowsOf } from './quick-estimator';

const kernels: [string, Kernel][] = [
  ['HMC', hmc({ alongPath: true }) as unknown as Kernel],
  ['Langevin', langevin({ alongPath: true }) as unknown as Kernel],
];
const count = 2000;

/** Draws of chains on a posterior, all of which is freed again. */
async function drawn(posterior: Posterior, kernel: Kernel, initial?: tf.Tensor2D): Promise<number[][]> {
  const before = tf.memory().numTensors;
  const chains = gradientChains(posterior, { kernel });
  const rows = await rowsOf(chains.sample(count, { seed: 1, chains: 100, ...(initial && { initial }), ...quiet }));
  chains.dispose();
  expect(tf.memory().numTensors).toBe(before);
  return rows;
}

/** Means and deviations within four standard errors of draws that are nearly independent. */
function expectMoments(rows: number[][], centre: readonly number[], std: readonly number[], kurtosis = 3): void {
  const found = covariance(rows);
  centre.forEach((value, k) => {
    // draws are 1.5 autocorrelation times apart: 1 + 2 e^-1.5 of the error
    const error = Math.sqrt((1 + 2 * Math.exp(-1.5)) / count);
    expect(Math.abs(mean(rows)[k] - value) / std[k], `mean ${k}`).toBeLessThan(4 * error);
    const ofVariance = Math.sqrt(kurtosis - 1) * error;
    expect(Math.abs(found[k][k] / std[k] ** 2 - 1), `variance ${k}`).toBeLessThan(4 * ofVariance);
  });
}

describe.each(kernels)('a posterior by %s along its gradient', (_, kernel) => {
  it('is a Gaussian where it is one, from starts that are far too wide', async () => {
    const law = normal({ mean: [1, -2], covariance: [[0.04, 0.03], [0.03, 0.09]] }); // prettier-ignore
    const wide = priorSamples(normal({ mean: [0, 0], std: 3 }), 100, 2);
    const rows = await drawn(exactPosterior(1, law), kernel, wide);
    wide.dispose();
    expectMoments(rows, [1, -2], [0.2, 0.3]);
    expect(Math.abs(covariance(rows)[0][1] - 0.03) / 0.06).toBeLessThan(4 * Math.sqrt(2 / count));
  });

  it('is cut by the walls of a box, where the density does not fall off', async () => {
    // N(0.2, 1) between 0 and 4: mean and variance in closed form
    const law = truncatedNormal({ mean: [0.2], std: [1], lower: [0], upper: [4] });
    const rows = await drawn(exactPosterior(1, law), kernel);
    expect(rows.every(([value]) => value >= 0 && value <= 4)).toBe(true);
    const mass = 0.57926 - 7.2e-5;
    const [atLow, atHigh] = [0.391043 / mass, 0.000292 / mass];
    const shift = atLow - atHigh;
    const variance = 1 + (-0.2 * atLow - 3.8 * atHigh) - shift ** 2;
    expectMoments(rows, [0.2 + shift], [Math.sqrt(variance)], 4);
  });
});

describe('gradientChains', () => {
  const posterior = exactPosterior(1, normal({ mean: [0, 0] }));

  it('gives the same for the same seed, with what the chains did', async () => {
    const chains = gradientChains(posterior);
    const options = { seed: 3, chains: 10, warmup: 50, ...quiet };
    const first = await rowsOf(chains.sample(50, options));
    expect(await rowsOf(chains.sample(50, options))).toEqual(first);
    expect(await rowsOf(chains.sample(50, { ...options, seed: 4 }))).not.toEqual(first);
    const { samples, acceptance, rHat } = await chains.run(50, options);
    expect(acceptance).toBeGreaterThan(0.5);
    expect(rHat.length).toBe(2);
    samples.dispose();
    chains.dispose();
  });

  it('refuses a posterior without a gradient, a kernel that asks for the density, and bad options', async () => {
    const { gradient: _, ...none } = posterior;
    expect(() => gradientChains(none)).toThrow(/expected one with a gradient/);
    expect(() => gradientChains(posterior, { kernel: hmc() as unknown as Kernel })).toThrow(/follows the score alone/);
    const chains = gradientChains(posterior);
    for (const count of [0, 1.5, NaN]) await expect(chains.sample(count, { seed: 1 })).rejects.toThrow(/samples/);
    await expect(chains.sample(5, { seed: 1, chains: 0 })).rejects.toThrow(/chains/);
    await expect(chains.sample(5, { seed: NaN })).rejects.toThrow(/seed/);
    chains.dispose();
  });

  it('is interrupted, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    const chains = gradientChains(posterior);
    const error = await interrupted((signal) => chains.sample(100, { seed: 1, signal }));
    expect(String(error)).toMatch(/InterruptedError/);
    chains.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});
