import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../lib/core/rng';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { randomKey } from '../../lib/graph/random';
import { denoisingScoreMatching, type NoisePrediction } from '../../lib/training/denoising-score-matching';
import { discreteLaw, squaredNorm } from '../../lib/training/level-law';

const levels = vpLevels({ count: 50 });
const paper = { law: discreteLaw(levels), errorLoss: squaredNorm };
const [variance, count] = [[0.25, 1, 4], 40_000];

/** The best prediction of eps for theta ~ N(0, diag(variance)): std theta_t / (g v + 1 - g). */
const exact: NoisePrediction = (_, { theta, level }) =>
  tf.div(
    tf.mul(level.std, theta),
    tf.add(tf.mul(tf.square(level.meanCoeff), tf.tensor1d(variance)), tf.square(level.std)),
  ) as tf.Tensor2D;
/**
 * What no prediction can do better than: the mean over levels of sum_i Var(eps_i | theta_t) = g v_i / (g v_i + 1 - g).
 */
const minimum =
  levels.gamma
    .slice(1, -1)
    .reduce((sum, g) => sum + variance.reduce((part, v) => part + (g * v) / (g * v + 1 - g), 0), 0) /
  (levels.count - 1);

const lossOf = (predict: NoisePrediction, seed = 1): number =>
  tf.tidy(() => {
    const source = rng(7);
    const theta = tf.tensor2d(
      Float32Array.from({ length: 3 * count }, (_, i) => source.normal(0, Math.sqrt(variance[i % 3]))),
      [count, 3],
    );
    return denoisingScoreMatching(predict, paper)([], [theta, tf.zeros([count, 1])], randomKey(seed)).dataSync()[0];
  });

describe('denoisingScoreMatching', () => {
  // a row's loss is at most of the order of a chi-squared of 3: standard deviation below sqrt(6)
  const tolerance = 4 * Math.sqrt(6 / count);

  it('is at its known minimum for the exact noise of a Gaussian', () => {
    expect(Math.abs(lossOf(exact) - minimum)).toBeLessThan(tolerance);
  });

  it('is D for no prediction at all, and larger than the minimum for any scaled one', () => {
    expect(Math.abs(lossOf((_, { theta }) => tf.zerosLike(theta)) - 3)).toBeLessThan(tolerance);
    for (const scale of [0.9, 1.1])
      expect(lossOf((w, rows) => tf.mul(scale, exact(w, rows)) as tf.Tensor2D)).toBeGreaterThan(lossOf(exact));
  });

  it('draws each row its own level from 1 to T - 1, all its randomness from the key, and hands x on', () => {
    const seen: number[] = [];
    const note: NoisePrediction = (_, { theta, level, x }) => {
      expect(x.shape).toEqual([count, 1]);
      seen.push(...level.t.dataSync());
      return tf.zerosLike(theta);
    };
    const first = lossOf(note);
    const drawn = new Set(seen.map((t) => Math.round(t * levels.count)));
    expect([drawn.size, Math.min(...drawn), Math.max(...drawn)]).toEqual([49, 1, 49]);
    expect(lossOf(note)).toBe(first);
    expect(lossOf(note, 2)).not.toBe(first);
  });
});
