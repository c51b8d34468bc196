import * as tf from '@tensorflow/tfjs';
import type { LongWorkOptions } from '../../core/host';
import { compile } from '../../graph/compile';
import type { Tensors } from '../../graph/tensors';
import { inPasses, joined } from '../density/in-passes';

/** A log density up to a constant, by its score along lines. */
export interface LineDensity<C extends Tensors> {
  /**
   * log p(y) - log p(from) [B] at y [B, D]; the caller disposes it.
   * @param from where the lines begin, [1, D].
   * @param u log(std / meanCoeff) of the noise at which the score is taken.
   */
  logRatio(
    context: C,
    path: { from: tf.Tensor2D; y: tf.Tensor2D; u: number },
    options: LongWorkOptions,
  ): Promise<tf.Tensor1D>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** Nodes and weights of Gauss and Legendre's rule on [0, 1] that is exact to degree 9. */
const rule = (() => {
  const [near, far] = [-1, 1].map((sign) => Math.sqrt(5 + 2 * sign * Math.sqrt(10 / 7)) / 3);
  const [heavy, light] = [1, -1].map((sign) => (322 + 13 * sign * Math.sqrt(70)) / 1800);
  return [
    { at: 0.5, weight: 64 / 225 },
    ...[-near, near].map((node) => ({ at: (1 + node) / 2, weight: heavy })),
    ...[-far, far].map((node) => ({ at: (1 + node) / 2, weight: light })),
  ];
})();

/**
 * The log density whose score is known with a little noise: log p(y) - log p(y_0) = the integral over r from 0 to 1 of
 * (y - y_0)^T g(y_0 + r (y - y_0)), by five nodes.
 *
 * A score with noise of variance sigma^2 has an error of order sigma^2, which two levels take away: that of
 * 2 g(sigma^2) - g(2 sigma^2) is of order sigma^4, for Gaussians a share 2 (sigma / width)^4 with the width that one
 * observation leaves. Ten evaluations of the score a point. A learned score is the gradient of a density but for its
 * errors, which the line then takes along.
 * @param gradient the score at rows y [B, D] with the noise of a log noise ratio u, a scalar.
 */
export function lineDensity<C extends Tensors>(
  gradient: (context: C, y: tf.Tensor2D, u: tf.Scalar) => tf.Tensor2D,
): LineDensity<C> {
  const along = compile((context: C, from: tf.Tensor2D, y: tf.Tensor2D, u: tf.Scalar): tf.Tensor1D => {
    const way = tf.sub(y, from) as tf.Tensor2D;
    const doubled = tf.add(u, Math.log(2) / 2) as tf.Scalar;
    const terms = rule.map(({ at, weight }) => {
      const point = tf.add(from, tf.mul(at, way)) as tf.Tensor2D;
      const slope = tf.sub(tf.mul(2, gradient(context, point, u)), gradient(context, point, doubled));
      return tf.mul(weight, tf.sum(tf.mul(way, slope), 1));
    });
    return tf.addN(terms) as tf.Tensor1D;
  });
  return {
    logRatio: async (context, { from, y, u }, options) =>
      joined(
        await inPasses('Log density', y.shape[0], options, (start, rows) =>
          tf.tidy(() => along(context, from, tf.slice(y, [start, 0], [rows, -1]), tf.scalar(u))),
        ),
      ),
    dispose: () => along.dispose(),
  };
}
