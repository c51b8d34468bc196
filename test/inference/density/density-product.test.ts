import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { densityProduct } from '../../../lib/inference/density/density-product';
import { frameOf } from '../../../lib/inference/frame';
import { covariance, mean } from '../../../lib/maths/moments';
import { hmc } from '../../../lib/mcmc/hmc';
import type { ConditionalDensity } from '../../../lib/nn/density/conditional-density';
import { normals } from '../../nn/support';
import { quiet, rowsOf, valuesOf } from '../quick-estimator';

/** The largest batch that the density saw. */
let largest = 0;
/** theta | x ~ N(x / 2, 1 / 2) in each of two directions: the posterior of prior N(0, 1) and noise N(0, 1). */
const density: ConditionalDensity = {
  dim: 2,
  weights: [],
  sample: () => tf.zeros([1, 2]),
  logProb: (_, theta, context) => {
    largest = Math.max(largest, theta.shape[0]);
    return tf.neg(tf.sum(tf.square(tf.sub(theta, tf.div(context, 2))), 1)) as tf.Tensor1D;
  },
};
const standard = { mean: [0, 0], std: [1, 1], lowest: [-9, -9], highest: [9, 9] };
const frame = frameOf(normal({ mean: [0, 0], std: [1, 1] }), { theta: standard, x: standard });
const products = densityProduct(
  { weights: [], density, densityWeights: (weights) => weights, contextOfEach: (_, x) => x.clone() },
  frame,
);

describe('the product of the densities of many observations', () => {
  let tensors: number;
  beforeAll(() => void (tensors = tf.memory().numTensors));
  afterAll(() => {
    products.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
  /** theta | x_1, ..., x_n ~ N(sum_j x_j / (n + 1), 1 / (n + 1)). */
  const exact = (x: tf.Tensor2D) => ({
    mean: tf.tidy(() => tf.div(tf.sum(x, 0), x.shape[0] + 1).dataSync<'float32'>()),
    variance: 1 / (x.shape[0] + 1),
  });

  it('is that of the closed form for more of them than fit into memory at once', async () => {
    const n = 30_001;
    const x = normals(n, 2, 3);
    const truth = exact(x);
    const offsets = [
      [0, 0],
      [2, 0],
      [-1, 3],
    ];
    const theta = tf.tensor2d(
      offsets.map((row) => row.map((value, i) => truth.mean[i] + value * Math.sqrt(truth.variance))),
    );
    const posterior = products.given({ weights: [], x }, n, [x]);
    const logs = await valuesOf(posterior.density.logProb(theta));
    // float32 sums of 30,001 terms of about 1
    [2, 5].forEach((expected, i) => expect(Math.abs(logs[0] - logs[i + 1] - expected)).toBeLessThan(0.02));
    expect(largest).toBeLessThanOrEqual(16_384);
    posterior.dispose();
    theta.dispose();
  });

  it('is drawn from along its gradient, which is taken in parts, too', async () => {
    const n = 70;
    const x = normals(n, 2, 4);
    const truth = exact(x);
    const posterior = products.given({ weights: [], x }, n, [x]);
    // 300 chains and 70 observations are more rows than one part has
    const rows = await rowsOf(
      posterior.sample(4000, { seed: 1, chains: 300, kernel: hmc(), warmup: 16, thin: 2, ...quiet }),
    );
    for (const i of [0, 1]) {
      // 4,000 draws that are nearly independent: an effective .7 of them, at the least
      expect(Math.abs(mean(rows)[i] - truth.mean[i])).toBeLessThan(4 * Math.sqrt(truth.variance / 2800));
      expect(Math.abs(covariance(rows)[i][i] / truth.variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 2800));
    }
    expect(largest).toBeLessThanOrEqual(16_384);
    posterior.dispose();
  });
});
