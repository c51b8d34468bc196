import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import { checkShape } from './prior-shape';
import { diffusedProduct } from '../diffusion/diffused-product';
import { describedPrior } from './described-prior';
import { combinedDiffusion } from './combined-diffusion';
import { priorScore, type Prior, type ScoredPrior } from './prior';

/**
 * The product of laws of separate parameters: p(theta) = p_1(theta_1) p_2(theta_2) ..., in the order given.
 * The parts may have one dimension or several.
 * @throws InvalidInputError where no part is given.
 * @example
 * independent([normal({ mean: 0 }), logNormal({ mean: 0 }), uniform({ lower: 0, upper: 1 })]).dim; // 3
 */
export function independent(parts: readonly Prior[]): ScoredPrior {
  demand('independent', Array.isArray(parts) && parts.length > 0, 'an array of at least one prior', parts);
  parts.forEach((part, k) => checkShape(part, `independent: prior ${k}`));
  const dims = parts.map((part) => part.dim);
  const starts = dims.map((_, k) => dims.slice(0, k).reduce((sum, dim) => sum + dim, 0));
  const scores = parts.map(priorScore);
  const slice = (theta: tf.Tensor2D, k: number): tf.Tensor2D => theta.slice([0, starts[k]], [-1, dims[k]]);
  const side = (pick: 'lower' | 'upper', open: number): number[] =>
    parts.flatMap((part) => part.support?.[pick] ?? new Array<number>(part.dim).fill(open));
  return describedPrior('independent', {
    dim: dims.reduce((sum, dim) => sum + dim, 0),
    ...(parts.some((part) => part.support) && {
      support: { lower: side('lower', -Infinity), upper: side('upper', Infinity) },
    }),
    sample: (rng) => parts.flatMap((part) => part.sample(rng)),
    logProb: (theta) => tf.tidy(() => tf.addN(parts.map((part, k): tf.Tensor => part.logProb(slice(theta, k)))).as1D()),
    score: (theta) =>
      tf.tidy(() =>
        tf.concat(
          scores.map((score, k) => score(slice(theta, k))),
          1,
        ),
      ),
    // each dimension has a map of its own, in the product as in its part
    ...combinedDiffusion(parts, diffusedProduct, { sameMap: true }),
  });
}
