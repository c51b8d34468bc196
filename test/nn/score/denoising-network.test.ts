import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import { straightPath } from '../../../lib/diffusion/straight-path';
import { vpLinear } from '../../../lib/diffusion/vp';
import { randomKey } from '../../../lib/graph/random';
import { denoisingNetwork, type DenoisingNetworkOptions } from '../../../lib/nn/score/denoising-network';
import { leastSquaresPart } from '../../../lib/nn/score/gaussian-part';
import { initialWeights } from '../../../lib/nn/network';
import { noiseEmbedding } from '../../../lib/nn/score/noise-embedding';
import { normalisedBlocks } from '../../../lib/nn/score/normalised-blocks';
import { predictNoise } from '../../../lib/nn/score/score-model';
import { expectClose, normals, randomWeights } from '../support';

const dims = { theta: 3, x: 6 };
const small = { width: 8, blocks: 2, hidden: 1, dropout: 0.5 };
const level = vpLinear().atLogRatio(tf.tensor1d([-2, -1, 0, 1, 2]));
const gaussian = leastSquaresPart(normals(50, 3, 8), normals(50, 6, 9));

describe('the denoising network', () => {
  it.each<[string, DenoisingNetworkOptions]>([
    ['of a vector', {}],
    ['of a set', { exchangeable: 3 }],
  ])('starts as the zero function, and depends on all that it sees once trained: %s', (_, options) => {
    const network = denoisingNetwork(dims, { ...small, ...options }, true);
    const predict = (weights: tf.Tensor[], theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D =>
      predictNoise(
        { network, parameterisation: 'edm' },
        { network: weights, gaussian, frame: [] },
        theta,
        level,
        x,
        randomKey(1),
      );
    tf.tidy(() => {
      const [theta, x] = [normals(5, 3, 2), normals(5, 6, 3)];
      const first = initialWeights(network.weights, rng(1));
      const output = network.last(first, network.trunk(first, normals(5, 8, 4)));
      expect(Array.from(output.dataSync())).toEqual(new Array(15).fill(0));
      const trained = randomWeights(network.weights);
      const base = predict(trained, theta, x);
      for (let i = 0; i < trained.length; i++) {
        const changed = trained.map((weight, k) => (k === i ? tf.add(weight, 0.3) : weight));
        expect(tf.max(tf.abs(tf.sub(predict(changed, theta, x), base))).dataSync()[0]).toBeGreaterThan(1e-5);
      }
    });
  });

  it('of exchangeable parts does not look at their order, but at the order within each', () => {
    const network = denoisingNetwork(dims, { ...small, exchangeable: 3 }, false);
    const weights = randomWeights(network.weights);
    const vector = denoisingNetwork(dims, small, false);
    const ofVector = randomWeights(vector.weights);
    tf.tidy(() => {
      const x = normals(4, 6, 3);
      const permuted = tf.gather(x, [4, 5, 0, 1, 2, 3], 1);
      const mixed = tf.gather(x, [1, 0, 2, 3, 4, 5], 1);
      const embedded = network.embedX(weights, x);
      // the sum of three terms in another order
      expectClose(network.embedX(weights, permuted), embedded, 1e-6);
      expect(() => expectClose(network.embedX(weights, mixed), embedded, 1e-2)).toThrow();
      const own = vector.embedX(ofVector, x);
      expect(() => expectClose(vector.embedX(ofVector, permuted), own, 1e-2)).toThrow();
    });
  });

  it('sees of a level only its noise ratio, whatever the diffusion', () => {
    tf.tidy(() => {
      const ratios = tf.tensor1d([-4, -1, 0, 2]);
      const [vp, straight] = [vpLinear().atLogRatio(ratios), straightPath().atLogRatio(ratios)];
      expectClose(noiseEmbedding(straight), noiseEmbedding(vp), 1e-5);
      expectClose(noiseEmbedding(vp).slice([0, 0], [-1, 1]).as1D(), tf.div(ratios, 4), 1e-5);
    });
  });

  it('refuses sizes that are none, a share of dropout outside of [0, 1), and parts that do not make up x', () => {
    for (const wrong of [{ width: 0 }, { blocks: 1.5 }, { hidden: 0 }, { exchangeable: 0 }, { activation: 'gelu' }])
      expect(() => denoisingNetwork(dims, wrong as DenoisingNetworkOptions, false)).toThrow(InvalidInputError);
    for (const dropout of [1, -0.1, 2, NaN])
      expect(() => denoisingNetwork(dims, { dropout }, false)).toThrow(/dropout: expected a number from 0 to below 1/);
    expect(() => denoisingNetwork(dims, { exchangeable: 4 }, false)).toThrow(
      'denoisingNetwork exchangeable: expected a divisor of the 6 values of an observation, received 4.',
    );
    expect(() => denoisingNetwork(dims, { exchangeable: 12 }, false)).toThrow(/divisor/);
  });
});

describe('normalised blocks', () => {
  const shape = { name: 'head', width: 8, blocks: 2, activation: 'silu', dropout: 0.5 } as const;
  const blocks = normalisedBlocks(shape);
  const weights = randomWeights(blocks.weights);
  const rows = normals(6, 8, 2);
  const silu = (h: tf.Tensor): tf.Tensor => tf.mul(h, tf.sigmoid(h));

  it('are their formula, with its gradients', () => {
    const formula = (h: tf.Tensor, w: tf.Tensor[]): tf.Tensor => {
      for (let k = 0; k < w.length; k += 4) {
        const unit = tf.div(h, tf.sqrt(tf.add(tf.mean(tf.square(h), 1, true), 1e-6)));
        const inner = silu(tf.add(tf.matMul(unit as tf.Tensor2D, w[k] as tf.Tensor2D), w[k + 1]));
        h = tf.add(h, tf.add(tf.matMul(inner as tf.Tensor2D, w[k + 2] as tf.Tensor2D), w[k + 3]));
      }
      return silu(h);
    };
    tf.tidy(() => {
      const coefficients = normals(6, 8, 3);
      const results = [
        (h: tf.Tensor, ...w: tf.Tensor[]) => blocks.apply(w, h as tf.Tensor2D),
        (h: tf.Tensor, ...w: tf.Tensor[]) => formula(h, w),
      ].map((of) =>
        tf.valueAndGrads((...args: tf.Tensor[]) =>
          tf.sum(tf.mul(coefficients, of(args[0], ...args.slice(1)))).asScalar(),
        )([rows, ...weights]),
      );
      expectClose(results[0].value, results[1].value, 1e-5);
      results[0].grads.forEach((grad, i) => expectClose(grad, results[1].grads[i], 1e-5));
    });
  });

  it('leave out units with a key only, the same ones for the same key', () => {
    const whole = normalisedBlocks({ ...shape, dropout: 0 });
    tf.tidy(() => {
      const plain = blocks.apply(weights, rows);
      const of = (key?: number): number[] =>
        Array.from(blocks.apply(weights, rows, key === undefined ? undefined : randomKey(key)).dataSync());
      expect(of()).toEqual(Array.from(plain.dataSync()));
      expect(Array.from(whole.apply(weights, rows, randomKey(1)).dataSync())).toEqual(of());
      expect(of(1)).toEqual(of(1));
      expect(of(1)).not.toEqual(of());
      expect(of(1)).not.toEqual(of(2));
    });
  });

  it('are, on average over what is left out, those of all units', () => {
    // one linear block is linear in what is left out, so that its mean is exact
    const one = normalisedBlocks({ ...shape, blocks: 1, activation: 'linear', dropout: 0.3 });
    const own = randomWeights(one.weights);
    tf.tidy(() => {
      const copies = 2000;
      const row = rows.slice([0, 0], [1, -1]);
      const many = tf.concat(
        [1, 2, 3, 4, 5].map((key) => one.apply(own, tf.tile(row, [copies, 1]) as tf.Tensor2D, randomKey(key))),
      );
      const { mean, variance } = tf.moments(many, 0);
      const [means, variances, exact] = [mean, variance, one.apply(own, row)].map((each) => each.dataSync());
      means.forEach((value, k) => {
        expect(variances[k]).toBeGreaterThan(0);
        expect(Math.abs(value - exact[k])).toBeLessThan(4 * Math.sqrt(variances[k] / (5 * copies)));
      });
    });
  });
});
