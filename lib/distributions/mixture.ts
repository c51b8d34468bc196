import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requirePositive } from '../core/checks';
import { checkShape } from './prior-shape';
import { diffusedMixture } from '../diffusion/diffused-mixture';
import { logSum, responsibilities } from '../diffusion/responsibilities';
import { describedPrior } from './described-prior';
import { combinedDiffusion } from './combined-diffusion';
import { priorScore, type Prior, type ScoredPrior } from './prior';

/** One part of a mixture; weights are positive and need not add up to one. */
export interface MixtureComponent<P extends Prior = Prior> {
  readonly weight: number;
  readonly component: P;
}

/** A mixture and its parts; the weights add up to one. */
export interface MixturePrior<P extends Prior = Prior> extends ScoredPrior {
  readonly components: readonly MixtureComponent<P>[];
}

/**
 * The mixture p(theta) = sum_k w_k p_k(theta).
 *
 * log p by the log-sum-exp of the parts; score = sum_k r_k score_k with the responsibilities r_k = w_k p_k / p. Its
 * support is the smallest box around the parts'.
 * @throws InvalidInputError for no part, a weight that is not positive, or parts of different dimensions.
 * @example
 * mixture([
 *   { weight: 1, component: normal({ mean: [0, 0], std: 1.5 }) },
 *   { weight: 1, component: normal({ mean: [0, 0], std: 1 / 3 }) },
 * ]);
 */
export function mixture<C extends MixtureComponent>(components: readonly C[]): MixturePrior<C['component']> {
  const isFilled = Array.isArray(components) && components.length > 0;
  demand('mixture', isFilled, 'at least one { weight, component }', components);
  components.forEach((part, k) =>
    checkShape(objectOf(`mixture: part ${k}`, part, '{ weight, component }').component, `mixture: component ${k}`),
  );
  const dim = components[0].component.dim;
  components.forEach(({ weight, component }, k) => {
    requirePositive(`mixture: weight ${k}`, weight);
    demand(`mixture: component ${k}`, component.dim === dim, `${dim} dimensions, as component 0`, component.dim);
  });
  const total = components.reduce((sum, { weight }) => sum + weight, 0);
  const weights = components.map(({ weight }) => weight / total);
  const parts = components.map(({ component }): C['component'] => component);
  const scores = parts.map(priorScore);

  const joint = (theta: tf.Tensor2D): tf.Tensor2D =>
    tf.stack(
      parts.map((part, k) => part.logProb(theta).add(Math.log(weights[k]))),
      1,
    ) as tf.Tensor2D;
  return describedPrior('mixture', {
    dim,
    components: parts.map((component, k) => ({ weight: weights[k], component })),
    ...hull(parts),
    sample: (rng) => {
      let rest = rng.uniform();
      const k = weights.findIndex((weight) => (rest -= weight) < 0);
      return parts[k < 0 ? parts.length - 1 : k].sample(rng);
    },
    logProb: (theta) => tf.tidy(() => logSum(joint(theta))),
    score: (theta) =>
      tf.tidy(() => {
        const shares = responsibilities(joint(theta));
        return tf.addN(scores.map((score, k) => shares.slice([0, k], [-1, 1]).mul<tf.Tensor2D>(score(theta))));
      }),
    ...combinedDiffusion(
      parts,
      (densities) => diffusedMixture(densities.map((density, k) => ({ weight: weights[k], density }))),
      { sameMap: haveOneSupport(parts) },
    ),
  });
}

function hull(parts: readonly Prior[]): Pick<Prior, 'support'> {
  const supports = parts.map((part) => part.support);
  if (supports.some((support) => support === undefined)) return {};
  const lower = supports[0]!.lower.map((_, i) => Math.min(...supports.map((support) => support!.lower[i])));
  const upper = supports[0]!.upper.map((_, i) => Math.max(...supports.map((support) => support!.upper[i])));
  return { support: { lower, upper } };
}

function haveOneSupport(parts: readonly Prior[]): boolean {
  const bounds = parts.map(({ support }) => (support ? [...support.lower, ...support.upper].join() : ''));
  return bounds.every((bound) => bound === bounds[0]);
}
