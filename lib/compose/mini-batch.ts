import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireNumber } from '../core/checks';
import type { NoiseLevel } from '../diffusion/noise-level';
import { foldKey, randomKey, randomUniform, type Key } from '../graph/random';
import type { ComposedScore, Composition, ObservationScores } from './composed-score';
import { factorized } from './factorized';

/** Parts of a batch from whose spread its noise is estimated. */
const parts = 4;

/**
 * The {@link factorized} composition with the sum over a batch of m of the n observations, n / m sum_{j in batch} s_j:
 * an unbiased estimate of the whole sum, drawn anew without replacement at each round of a sampler, and at each step of
 * `annealedLangevin`.
 *
 * A round costs m / n of what the whole sum does. The estimate's noise, of variance n^2 / m (1 - m / n) Var_j(s_j), is
 * common to all particles; samplers that take small steps average over it, and `annealedLangevin({ accuracy })`
 * shortens its steps by what the composition tells of it. With m >= n nothing is drawn.
 * @param m observations in a batch, at least 1.
 * @param options `seed` of the batches, folded into that of the draw. Default 0.
 * @throws InvalidInputError where m is not a positive whole number.
 * Source: Arruda et al. (2025), "Compositional amortized inference for large-scale hierarchical Bayesian models".
 * @example
 * estimator.given(xObs, { compose: compose.miniBatch(2) }).n; // 3
 */
export function miniBatch(m: number, options: { readonly seed?: number } = {}): Composition {
  requireCount('miniBatch: m', m);
  const { seed = 0 } = objectOf('miniBatch: options', options);
  requireNumber('miniBatch seed', seed, 'a finite number');
  const whole = factorized();
  return {
    ...whole,
    name: 'mini-batch',
    id: `mini-batch(${m},${seed})`,
    needs: { observations: 'subset', prior: 'score' },
    compose: (observations, prior) => {
      const { n } = observations;
      if (n <= m) return whole.compose(observations, prior);
      const ofBatch = (key: Key): ComposedScore => {
        const batch = batchOf(observations, m, key);
        const composed = whole.compose({ ...observations, sum: batch.sum }, prior);
        return {
          ...composed,
          ...(m >= parts && { noiseVariance: batch.noiseVariance }),
          redrawn: (next) => ofBatch(foldKey(next, Math.trunc(seed))),
        };
      };
      return ofBatch(randomKey(seed));
    },
  };
}

/** Estimates of the sum over all observations, from a batch. */
function batchOf({ n, subset }: ObservationScores, m: number, key: Key) {
  // the numbers of the m largest of n uniform draws
  const index = (): tf.Tensor1D => tf.topk(randomUniform<tf.Tensor1D>(key, [n]), m).indices as tf.Tensor1D;
  return {
    sum: (theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D => tf.mul(n / m, subset(theta, level, index())),
    /** The estimate's variance along each direction [1, D], by the spread of its parts, as a mean over particles. */
    noiseVariance: (theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D => {
      const size = Math.floor(m / parts);
      const numbers = index();
      const sums = Array.from({ length: parts }, (_, k) =>
        subset(theta, level, tf.slice(numbers, k * size, size) as tf.Tensor1D),
      );
      const each = tf.div(tf.stack(sums), size);
      const spread = tf.sum(tf.square(tf.sub(each, tf.mean(each, 0, true))), 0);
      const ofOne = tf.mul(size / (parts - 1), tf.mean(spread, 0, true));
      return tf.mul((n ** 2 / m) * (1 - m / n), ofOne) as tf.Tensor2D;
    },
  };
}
