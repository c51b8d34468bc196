import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import type { Posterior } from '../../../lib/contract/posterior';
import { mixture } from '../../../lib/distributions/mixture';
import { normal } from '../../../lib/distributions/normal';
import { truncatedNormal } from '../../../lib/distributions/truncated-normal';
import { variational, type VariationalOptions } from '../../../lib/inference/variational/variational';
import { covariance, mean } from '../../../lib/maths/moments';
import { maskedAutoregressive } from '../../../lib/nn/density/masked-autoregressive';
import { mixture as gaussians } from '../../../lib/nn/density/mixture';
import { realNvp } from '../../../lib/nn/density/real-nvp';
import { splineCoupling } from '../../../lib/nn/density/spline-flows';
import { exactPosterior } from '../../../lib/tasks/exact-posterior';
import { interrupted, quiet, rowsOf, valuesOf } from '../quick-estimator';

const count = 4000;
const small = realNvp({ couplings: 2, width: 16, hidden: 1 });
const wanted = [
  [0.04, 0.03],
  [0.03, 0.09],
];
const gaussian = exactPosterior(1, normal({ mean: [1, -2], covariance: wanted }));
/** The same, whose draws are none of it: four times too wide, and elsewhere. */
const astray = { ...gaussian, sample: exactPosterior(1, normal({ mean: [0.5, -1], std: [0.8, 1.2] })).sample };

/** The fit, its draws and the mean of log q - log p over them; all else is freed. */
async function fitted(posterior: Posterior, options: Partial<VariationalOptions>) {
  const before = tf.memory().numTensors;
  const found = await variational.fit(posterior, { seed: 1, steps: 300, density: small, ...quiet, ...options });
  const theta = await found.sample(count, { seed: 2, ...quiet });
  const rows = theta.arraySync();
  const own = await valuesOf(found.density.logProb(theta));
  const exact = await valuesOf(posterior.density!.logProb(theta));
  theta.dispose();
  found.dispose();
  expect(tf.memory().numTensors).toBe(before);
  const differences = own.map((value, i) => value - exact[i]);
  return { rows, fit: found.fit, divergence: differences.reduce((sum, value) => sum + value, 0) / count };
}

/** Mean and covariance of the Gaussian within four standard errors of the draws, and 2 % of the width. */
function expectGaussian(rows: number[][]): void {
  const { mean: centre, covariance: exact } = gaussian;
  const found = covariance(rows);
  const error = 4 / Math.sqrt(count) + 0.02;
  [0, 1].forEach((i) => {
    expect(Math.abs(mean(rows)[i] - centre[i]) / Math.sqrt(exact[i][i])).toBeLessThan(error);
    [0, 1].forEach((j) =>
      expect(Math.abs(found[i][j] - exact[i][j]) / Math.sqrt(exact[i][i] * exact[j][j])).toBeLessThan(
        Math.SQRT2 * error,
      ),
    );
  });
}

describe('a variational fit', () => {
  it.each([
    ['affine couplings', small],
    ['splines', splineCoupling({ transforms: 2, width: 16, hidden: 1, bins: 6 })],
  ])('finds a Gaussian by its score alone from draws that are none of it, with %s', async (_, density) => {
    const { rows, fit, divergence } = await fitted(astray, { density, steps: 800, learningRate: 6e-3 });
    expectGaussian(rows);
    expect(Math.abs(divergence)).toBeLessThan(0.03);
    // rare draws far out, where no step was taken, count most
    expect(fit.fisherDivergence).toBeLessThan(0.5);
  });

  it('finds it by values of its log density, where there is no gradient', async () => {
    const { gradient: _, ...values } = astray;
    const density = gaussians({ components: 1, width: 8, hidden: 1 });
    const { rows, fit } = await fitted(values, { density, steps: 700, learningRate: 1e-2 });
    expectGaussian(rows);
    expect(fit.effective).toBeGreaterThan(0.97);
    expect(fit.fisherDivergence).toBeUndefined();
  });

  it('keeps within the walls of a box that cut it, and is normalised there', async () => {
    const law = truncatedNormal({ mean: [0.2], std: [1], lower: [0], upper: [4] });
    const { rows, divergence } = await fitted(exactPosterior(1, law), {
      density: splineCoupling({ transforms: 2, width: 8, hidden: 1, bins: 6 }),
      steps: 500,
    });
    expect(rows.every(([value]) => value >= 0 && value <= 4)).toBe(true);
    // log q is that of a normalised density, so that this is KL(q | p): never below zero but for its error
    expect(divergence).toBeGreaterThan(-0.01);
    expect(divergence).toBeLessThan(0.02);
    const mass = 0.57926 - 7.2e-5;
    const shift = (0.391043 - 0.000292) / mass;
    expect(Math.abs(mean(rows)[0] - 0.2 - shift)).toBeLessThan(0.65 * (4 / Math.sqrt(count)) + 0.02);
  });

  it('has the density zero outside of the support', async () => {
    const law = truncatedNormal({ mean: [0.2], std: [1], lower: [0], upper: [4] });
    const found = await variational.fit(exactPosterior(1, law), { seed: 1, steps: 2, density: small, ...quiet });
    const theta = tf.tensor2d([[-0.1], [1], [4.1]]);
    const values = await valuesOf(found.density.logProb(theta));
    expect([values[0], Number.isFinite(values[1]), values[2]]).toEqual([-Infinity, true, -Infinity]);
    await expect(found.density.logProb(tf.zeros([2, 3]))).rejects.toThrow(/rows of 1 parameters/);
    theta.dispose();
    found.dispose();
  });

  it('loses a mode of two far apart, and its divergence does not see it', async () => {
    const part = (centre: number) => normal({ mean: [centre], std: 0.4 });
    const law = mixture([{ weight: 0.7, component: part(-3) }, { weight: 0.3, component: part(3) }]); // prettier-ignore
    const { rows, divergence, fit } = await fitted(exactPosterior(1, law), { density: small, steps: 600 });
    // the draws that it began at have .3 of their mass at 3
    const share = rows.filter(([value]) => value > 0).length / count;
    expect(Math.min(share, 1 - share)).toBeLessThan(0.15);
    // KL(q | p) is log 1 / .7 = .36 where one mode is left out, and more for a bridge between
    expect(divergence).toBeGreaterThan(0.25);
    expect(fit.fisherDivergence).toBeDefined();
  });

  it('is a posterior of its own, which is fitted and drawn from as any other', async () => {
    const found = await variational.fit(gaussian, { seed: 1, steps: 5, density: small, ...quiet });
    const rows = await rowsOf(found.sample(20_000, { seed: 3, ...quiet }));
    expect(new Set(rows.map(String)).size).toBe(20_000);
    expect(await rowsOf(found.sample(20_000, { seed: 3, ...quiet }))).toEqual(rows);
    const again = await variational.fit(found, { seed: 1, steps: 5, density: small, ...quiet });
    expect(again.fit.fisherDivergence).toBeLessThan(0.02);
    again.dispose();
    found.dispose();
  });

  it('gives the same for the same seed', async () => {
    const [first, same, other] = [
      await fitted(gaussian, { steps: 3 }),
      await fitted(gaussian, { steps: 3 }),
      await fitted(gaussian, { steps: 3, seed: 2 }),
    ].map(({ rows }) => rows);
    expect(same).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it('refuses densities whose draws cannot be differentiated, and bad options, before any step', async () => {
    const fit = (options: object, posterior: Posterior = gaussian) =>
      variational.fit(posterior, { seed: 1, ...options });
    const before = tf.memory().numTensors;
    for (const density of [maskedAutoregressive(), gaussians()])
      await expect(fit({ density })).rejects.toThrow(/draws can be differentiated/);
    await expect(fit({ steps: 0 })).rejects.toThrow(/steps/);
    await expect(fit({ draws: 1 })).rejects.toThrow(/draws/);
    await expect(fit({ learningRate: 0 })).rejects.toThrow(/learningRate/);
    await expect(fit({ to: 'score' })).rejects.toThrow(/to: expected gradient or density/);
    await expect(fit({ seed: NaN })).rejects.toThrow(/seed/);
    const { gradient: _, density: __, ...neither } = gaussian;
    await expect(fit({}, neither)).rejects.toThrow(/expected one with a density/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('warns where values of the density have led nowhere', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const far = { ...gaussian, sample: exactPosterior(1, normal({ mean: [3, 3], std: 0.1 })).sample };
    (await variational.fit(far, { seed: 1, to: 'density', steps: 2, density: small, ...quiet })).dispose();
    expect(warn.mock.calls.flat().join()).toMatch(/effective share of .* as draws of the posterior/);
    warn.mockRestore();
  });

  it('is interrupted, and leaves no tensor', async () => {
    const before = tf.memory().numTensors;
    for (const to of ['gradient', 'density'] as const) {
      const error = await interrupted((signal) => variational.fit(gaussian, { seed: 1, to, density: small, signal }));
      expect(String(error)).toMatch(/InterruptedError: The variational fit was interrupted at step \d+ of 1000/);
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
