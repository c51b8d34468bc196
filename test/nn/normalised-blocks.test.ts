import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { randomKey } from '../../lib/graph/random';
import { normalisedBlocks } from '../../lib/nn/normalised-blocks';
import { expectClose, normals, randomWeights } from './support';

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
