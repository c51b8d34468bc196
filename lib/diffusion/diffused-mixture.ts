import * as tf from '@tensorflow/tfjs';
import { logSum, responsibilities } from './responsibilities';
import type { DiffusedDensity } from './diffused-density';
import type { NoiseLevel } from './noise-level';

/**
 * The mixture sum_k w_k p_k, diffused: the mixture of the diffused parts, its score that of the parts by their
 * responsibilities.
 * @param parts at least one; the weights are positive and add up to one.
 */
export function diffusedMixture(
  parts: readonly { readonly weight: number; readonly density: DiffusedDensity }[],
): DiffusedDensity {
  const joint = (theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor2D =>
    tf.stack(
      parts.map(({ weight, density }) => tf.add(density.logProb(theta, level), Math.log(weight))),
      1,
    ) as tf.Tensor2D;
  return {
    dim: parts[0].density.dim,
    logProb: (theta, level) => tf.tidy(() => logSum(joint(theta, level))),
    score: (theta, level) =>
      tf.tidy(() => {
        const shares = responsibilities(joint(theta, level));
        return tf.addN(
          parts.map(({ density }, k) => tf.mul(tf.slice(shares, [0, k], [-1, 1]), density.score(theta, level))),
        ) as tf.Tensor2D;
      }),
    standardised: (mean, std) =>
      diffusedMixture(parts.map(({ weight, density }) => ({ weight, density: density.standardised(mean, std) }))),
  };
}
