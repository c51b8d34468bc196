import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import type { DiffusedDensity } from './diffused-density';

/**
 * The product of laws of separate parameters, diffused: the product of the diffused parts, since the noise is
 * independent too.
 * @param parts at least one, in the order of their parameters.
 */
export function diffusedProduct(parts: readonly DiffusedDensity[]): DiffusedDensity {
  const dims = parts.map(({ dim }) => dim);
  const starts = dims.map((_, k) => dims.slice(0, k).reduce((sum, dim) => sum + dim, 0));
  const dim = dims.reduce((sum, each) => sum + each, 0);
  const columns = (theta: tf.Tensor2D, k: number): tf.Tensor2D => tf.slice(theta, [0, starts[k]], [-1, dims[k]]);
  return {
    dim,
    logProb: (theta, level) =>
      tf.tidy(() => tf.addN(parts.map((part, k) => part.logProb(columns(theta, k), level))) as tf.Tensor1D),
    score: (theta, level) =>
      tf.tidy(() =>
        tf.concat(
          parts.map((part, k) => part.score(columns(theta, k), level)),
          1,
        ),
      ),
    standardised: (mean, std) => {
      demand('standardised: mean', mean.length === dim, `${dim} numbers`, `${mean.length}`);
      demand('standardised: std', std.length === dim, `${dim} numbers`, `${std.length}`);
      const own = (values: readonly number[], k: number): number[] => values.slice(starts[k], starts[k] + dims[k]);
      return diffusedProduct(parts.map((part, k) => part.standardised(own(mean, k), own(std, k))));
    },
  };
}
