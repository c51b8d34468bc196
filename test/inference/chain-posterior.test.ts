import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InterruptedError } from '../../lib/core/errors';
import { installHost, silentHost } from '../../lib/core/host';
import { uniform } from '../../lib/distributions/uniform';
import { chainPosteriors, type ChainPosterior, type ChainSampleOptions } from '../../lib/inference/chain-posterior';
import { covariance, mean } from '../../lib/maths/moments';
import { randomWalkMetropolis } from '../../lib/mcmc/random-walk-metropolis';
import { interrupted, quiet, rowsOf } from './quick-estimator';

const prior = uniform({ lower: [-10, -10], upper: [10, 10] });
type Centres = { readonly at: tf.Tensor2D };
/** Gaussian modes of width .1 and equal weights. */
const family = chainPosteriors<Centres>({
  prior,
  origin: 'modes',
  logFactor: (theta, { at }) =>
    tf.logSumExp(tf.mul(-50, tf.sum(tf.square(tf.sub(tf.expandDims(theta, 1), at)), 2)), 1) as tf.Tensor1D,
});
const small = { chains: 60, ...quiet };

let posterior: ChainPosterior | undefined;
const given = (...centres: number[][]): ChainPosterior => {
  const at = tf.tensor2d(centres);
  return (posterior = family.given({ at }, 1, [at]));
};
/** A run, whose samples are disposed, with what it warned of. */
async function runOf(of: ChainPosterior, count: number, options: Partial<ChainSampleOptions> = {}) {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
  const { samples, ...run } = await of.run(count, { seed: 1, ...small, ...options });
  const rows = samples.arraySync();
  samples.dispose();
  return { ...run, rows, warned: warn.mock.calls.map(String).join(' ') };
}

let tensors: number;
beforeEach(() => void (tensors = tf.memory().numTensors));
afterEach(() => {
  vi.restoreAllMocks();
  posterior?.dispose();
  posterior = undefined;
  expect(tf.memory().numTensors).toBe(tensors);
});
afterAll(() => family.dispose());

describe('a posterior by chains', () => {
  it('has draws that are nearly independent, with the moments of the density', async () => {
    const { rows, mixed, thin, ess, rHat, warned } = await runOf(given([3, -8]), 6000);
    expect(rows.length).toBe(6000);
    expect([mixed, warned]).toEqual([true, '']);
    expect(thin).toBeGreaterThan(4);
    for (const k of [0, 1]) {
      expect(ess[k]).toBeGreaterThan(0.7 * 6000);
      expect(rHat[k]).toBeLessThan(1.01);
      expect(Math.abs(mean(rows)[k] - [3, -8][k])).toBeLessThan(4 * 0.1 * Math.sqrt(1 / (0.7 * 6000)));
      expect(Math.abs(Math.sqrt(covariance(rows)[k][k]) / 0.1 - 1)).toBeLessThan(4 * Math.sqrt(1 / (1.4 * 6000)));
    }
  });

  it('gives one draw, the same for the same seed, and judges its chains by enough draws of each', async () => {
    const of = given([0, 0]);
    const one = await rowsOf(of.sample(1, { seed: 5, ...small }));
    expect(one.length).toBe(1);
    expect(await rowsOf(of.sample(1, { seed: 5, ...small }))).toEqual(one);
    expect(await rowsOf(of.sample(1, { seed: 6, ...small }))).not.toEqual(one);
    const { rows, rHat } = await runOf(of, 1);
    // ceil(450 / sqrt(60)) of each chain
    expect(rows.length).toBe(59 * 60);
    expect(rHat.every((value) => value < 1.01)).toBe(true);
  });

  it('has both of two modes; where no chain crosses between them, it says that the chains have not mixed', async () => {
    const of = given([-5, 0], [5, 0]);
    const crossing = await runOf(of, 3000, { chains: 200 });
    const share = crossing.rows.filter(([a]) => a < 0).length / crossing.rows.length;
    expect(Math.abs(share - 0.5)).toBeLessThan(4 * Math.sqrt(0.25 / Math.min(...crossing.ess)));
    const stuck = await runOf(of, 1200, { kernel: randomWalkMetropolis(), thin: 5 });
    const left = stuck.rows.filter(([a]) => a < 0).length / stuck.rows.length;
    // what the annealing found
    expect(left).toBeGreaterThan(0.2);
    expect(left).toBeLessThan(0.8);
    expect(stuck.mixed).toBe(false);
    expect(stuck.warned).toMatch(/the chains have not mixed: R-hat is /);
  });

  it('draws for many contexts what it draws for each', async () => {
    const contexts = [tf.tensor2d([[1, 2]]), tf.tensor2d([[-3, 4]])].map((at) => ({ at }));
    const drawn = await family.drawEach(contexts, { draws: 400, seed: 1, ...small });
    expect(drawn.shape).toEqual([2, 400, 2]);
    for (const [i, [first, second]] of [
      [1, 2],
      [-3, 4],
    ].entries()) {
      const rows = drawn.arraySync()[i];
      expect(Math.abs(mean(rows)[0] - first)).toBeLessThan(4 * 0.1 * Math.sqrt(2 / 400));
      expect(Math.abs(mean(rows)[1] - second)).toBeLessThan(4 * 0.1 * Math.sqrt(2 / 400));
    }
    drawn.dispose();
    tf.dispose(contexts);
  });

  it('shows one display, and hears an interrupt in the annealing and in the chains', async () => {
    const of = given([0, 0]);
    const labels: string[] = [];
    const host = installHost({
      ...silentHost,
      report: (label) => (labels.push(label), { update() {}, resize() {}, curve() {}, end() {} }),
    });
    await of.sample(10, { seed: 1, chains: 60 }).then((rows) => rows.dispose());
    installHost(host);
    expect(labels).toEqual(['Sampling']);
    for (const part of ['part 1 of 2, Annealing', 'part 2 of 2, Sampling chains'])
      expect(await interrupted((signal) => of.sample(10, { seed: 1, chains: 60, signal }), part)).toBeInstanceOf(
        InterruptedError,
      );
  });

  it('refuses numbers of chains that are not positive, or too few for its kernel', async () => {
    const of = given([0, 0]);
    for (const chains of [0, -1, 1.5])
      await expect(of.sample(1, { seed: 1, ...small, chains })).rejects.toThrow(/chains/);
    await expect(of.sample(1, { seed: 1, ...small, chains: 4 })).rejects.toThrow(/at least 6/);
    await expect(of.sample(1, { seed: NaN, ...small })).rejects.toThrow(/seed/);
  });
});
