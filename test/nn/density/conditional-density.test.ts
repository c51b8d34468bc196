import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomKey } from '../../../lib/graph/random';
import { normalisingFlow } from '../../../lib/nn/density/conditional-density';
import { affineCouplings } from '../../../lib/nn/density/real-nvp';
import { expectClose, normals, randomWeights } from '../support';

const transform = affineCouplings({
  name: 'flow',
  dim: 2,
  context: 3,
  width: 16,
  hidden: 2,
  activation: 'tanh',
  couplings: 4,
});
const flow = normalisingFlow(transform);
const weights = randomWeights(transform.weights).map((each) => tf.tidy(() => tf.mul(0.6, each)));
const context = normals(1, 3, 3);

describe('a normalising flow', () => {
  it('has the density of the change of variables', () => {
    tf.tidy(() => {
      const theta = normals(20, 2, 4);
      const { z, logDet } = transform.forward(weights, theta, context);
      const logNormal = tf.sub(tf.mul(-0.5, tf.sum(tf.square(z), 1)), Math.log(2 * Math.PI));
      expectClose(flow.logProb(weights, theta, context), tf.add(logNormal, logDet), 1e-6);
      expect([flow.dim, flow.weights]).toEqual([2, transform.weights]);
    });
  });

  it('draws what its transform takes to N(0, I), the same for the same key', () => {
    const count = 20_000;
    tf.tidy(() => {
      const contexts = tf.tile(context, [count, 1]) as tf.Tensor2D;
      const of = (key: number): tf.Tensor2D => flow.sample(weights, randomKey(key), contexts);
      const z = transform.forward(weights, of(1), contexts).z;
      const { mean, variance } = tf.moments(z, 0);
      for (const value of mean.dataSync()) expect(Math.abs(value)).toBeLessThan(4 / Math.sqrt(count));
      for (const value of variance.dataSync()) expect(Math.abs(value - 1)).toBeLessThan(4 * Math.sqrt(2 / count));
      const share = tf.mean(tf.mul(tf.slice(z, [0, 0], [-1, 1]), tf.slice(z, [0, 1], [-1, 1]))).dataSync()[0];
      expect(Math.abs(share)).toBeLessThan(4 / Math.sqrt(count));
      expect(Array.from(of(1).dataSync())).toEqual(Array.from(of(1).dataSync()));
      expect(Array.from(of(2).dataSync())).not.toEqual(Array.from(of(1).dataSync()));
    });
  });

  it('has draws and density of one law: E q0 / q over the draws is the mass of any other density q0', () => {
    const count = 40_000;
    tf.tidy(() => {
      const contexts = tf.tile(context, [count, 1]) as tf.Tensor2D;
      const draws = flow.sample(weights, randomKey(1), contexts);
      // a normal as wide as half of the draws has lighter tails, so that the ratio has a variance
      const { mean, variance } = tf.moments(draws, 0);
      const half = tf.div(tf.sqrt(variance), 2);
      const squares = tf.sum(tf.square(tf.div(tf.sub(draws, mean), half)), 1);
      const logOther = tf.sub(tf.mul(-0.5, squares), tf.add(tf.sum(tf.log(half)), Math.log(2 * Math.PI)));
      const ratios = tf.exp(tf.sub(logOther, flow.logProb(weights, draws, contexts)));
      const spread = tf.moments(ratios);
      const error = 4 * Math.sqrt(spread.variance.dataSync()[0] / count);
      expect(error).toBeLessThan(0.05);
      expect(Math.abs(spread.mean.dataSync()[0] - 1)).toBeLessThan(error);
    });
  });

  it('integrates to one on a grid', () => {
    tf.tidy(() => {
      const [points, reach] = [400, 8];
      const step = (2 * reach) / points;
      const at = Array.from({ length: points }, (_, i) => -reach + (i + 0.5) * step);
      const grid = tf.tensor2d(at.flatMap((a) => at.map((b) => [a, b])));
      const mass = flow.logProb(weights, grid, context).exp().sum().dataSync()[0] * step ** 2;
      expect(Math.abs(mass - 1)).toBeLessThan(2e-3);
    });
  });

  it('leaves no tensors behind', () => {
    const before = tf.memory().numTensors;
    tf.dispose(
      tf.tidy(() => {
        const draws = flow.sample(weights, randomKey(1), context);
        return [draws, flow.logProb(weights, draws, context)];
      }),
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});
