import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InterruptedError, NonFiniteError } from '../../lib/core/errors';
import { uniform } from '../../lib/distributions/uniform';
import { covariance, mean } from '../../lib/maths/moments';
import { annealedStarts } from '../../lib/mcmc/annealed-starts';

const prior = uniform({ lower: [-10, -10], upper: [10, 10] });
/** Of modes at `at` [K, 2]: their widths and log weights [K]. */
type Modes = { readonly at: tf.Tensor2D; readonly width: tf.Tensor1D; readonly logWeight: tf.Tensor1D };
const modesOf = (at: number[][], width: number[], weight: number[]): Modes => ({
  at: tf.tensor2d(at),
  width: tf.tensor1d(width),
  logWeight: tf.tensor1d(weight.map(Math.log)),
});
/** Gaussian modes of any weights, in two dimensions. */
const family = {
  prior,
  logFactor: (theta: tf.Tensor2D, { at, width, logWeight }: Modes): tf.Tensor => {
    const gap = tf.div(tf.sub(tf.expandDims(theta, 1), at), tf.expandDims(width, 1));
    const each = tf.sub(tf.mul(-0.5, tf.sum(tf.square(gap), 2)), tf.mul(2, tf.log(width)));
    return tf.logSumExp(tf.add(each, logWeight), 1);
  },
};
const starts = annealedStarts(family);
const startsOf = async (context: Modes, seed = 1, chains = 500): Promise<{ rows: number[][]; powers: number[] }> => {
  const { theta, powers } = await starts.run(context, { chains, seed, progress: false });
  const rows = theta.arraySync();
  tf.dispose([theta, context as unknown as tf.TensorContainer]);
  return { rows, powers: [...powers] };
};

let tensors: number;
beforeEach(() => void (tensors = tf.memory().numTensors));
afterEach(() => expect(tf.memory().numTensors).toBe(tensors));

describe('annealed starts', () => {
  it('are led to a posterior of a ten-thousandth of the prior, whatever its seed', async () => {
    for (const seed of [1, 2]) {
      const { rows, powers } = await startsOf(modesOf([[1.234, -7.5]], [0.001], [1]), seed);
      expect(rows.length).toBe(500);
      expect(powers[powers.length - 1]).toBe(1);
      powers.slice(1).forEach((power, k) => expect(power).toBeGreaterThan(powers[k]));
      for (const [k, value] of [1.234, -7.5].entries()) {
        // particles that descend from one another count less: by half, say
        expect(Math.abs(mean(rows)[k] - value)).toBeLessThan(4 * 0.001 * Math.sqrt(2 / 500));
        expect(Math.abs(Math.sqrt(covariance(rows)[k][k]) / 0.001 - 1)).toBeLessThan(4 * Math.sqrt(1 / 500));
      }
    }
  });

  it('have the weights of modes that are far apart, and of different widths', async () => {
    const centres = [
      [-5, 3],
      [4, -6],
    ];
    const shares: number[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      const far = modesOf([...centres], [0.2, 0.4], [0.2, 0.8]);
      const { rows } = await startsOf(far, seed);
      shares.push(rows.filter(([a]) => a < 0).length / rows.length);
      expect(rows.every(([a]) => Math.abs(a + 5) < 2 || Math.abs(a - 4) < 4)).toBe(true);
    }
    const share = shares.reduce((sum, each) => sum + each, 0) / shares.length;
    const spread = Math.sqrt(shares.reduce((sum, each) => sum + (each - share) ** 2, 0) / (shares.length - 1));
    expect(spread).toBeLessThan(0.1);
    expect(Math.abs(share - 0.2)).toBeLessThan((4 * spread) / Math.sqrt(shares.length));
  });

  it('are the same for the same seed, and others for another', async () => {
    const near = (): Modes => modesOf([[0, 1]], [2], [1]);
    const { rows } = await startsOf(near(), 3, 8);
    expect((await startsOf(near(), 3, 8)).rows).toEqual(rows);
    expect((await startsOf(near(), 4, 8)).rows).not.toEqual(rows);
  });

  it('say that a factor is nowhere finite, and hear an interrupt', async () => {
    const context = modesOf([[0, NaN]], [1], [1]);
    await expect(starts.run(context, { chains: 4, seed: 1, progress: false })).rejects.toThrow(NonFiniteError);
    tf.dispose(context as unknown as tf.TensorContainer);
    const other = modesOf([[0, 0]], [0.01], [1]);
    const stop = { signal: AbortSignal.abort(), progress: false };
    await expect(starts.run(other, { chains: 4, seed: 1, ...stop })).rejects.toThrow(InterruptedError);
    tf.dispose(other as unknown as tf.TensorContainer);
  });
});
