import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { priorScore, type Prior, type ScoredPrior } from './prior';

/** One part of a mixture; weights are positive and need not add up to one. */
export interface MixtureComponent<P extends Prior = Prior> {
  readonly weight: number;
  readonly component: P;
}

/** A mixture with its parts at hand; the weights add up to one. */
export interface MixturePrior<P extends Prior = Prior> extends ScoredPrior {
  readonly components: readonly MixtureComponent<P>[];
}

/**
 * The mixture p(theta) = sum_k w_k p_k(theta).
 *
 * log p by the log-sum-exp of the parts; score = sum_k r_k score_k with the responsibilities r_k = w_k p_k / p. Its support
 * is the smallest box around the parts'.
 * @throws InvalidInputError for no part, a weight that is not positive, or parts of different dimensions.
 * @example
 * mixture([
 *   { weight: 1, component: normal({ mean: [0, 0], std: 1.5 }) },
 *   { weight: 1, component: normal({ mean: [0, 0], std: 1 / 3 }) },
 * ]);
 */
export function mixture<C extends MixtureComponent>(components: readonly C[]): MixturePrior<C['component']> {
  if (!Array.isArray(components) || components.length === 0) {
    throw new InvalidInputError('mixture', {
      expected: 'at least one { weight, component }',
      received: Array.isArray(components) ? 'an empty array' : typeof components,
    });
  }
  const dim = components[0].component.dim;
  components.forEach(({ weight, component }, k) => {
    if (!(weight > 0 && Number.isFinite(weight)))
      throw new InvalidInputError(`mixture: weight ${k}`, {
        expected: 'a positive, finite number',
        received: String(weight),
      });
    if (component.dim !== dim)
      throw new InvalidInputError(`mixture: component ${k}`, {
        expected: `${dim} dimensions, as component 0`,
        received: `${component.dim}`,
      });
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
  // shifted by the row's largest entry; a row of -Infinity (outside every part) is not shifted, so that no NaN arises
  const shifted = (logs: tf.Tensor2D): { top: tf.Tensor2D; ratios: tf.Tensor2D } => {
    const top = logs.max<tf.Tensor2D>(1, true);
    const shift = tf.where(top.greater(-Infinity), top, tf.zerosLike(top)) as tf.Tensor2D;
    return { top: shift, ratios: logs.sub<tf.Tensor2D>(shift).exp() };
  };
  return {
    dim,
    components: parts.map((component, k) => ({ weight: weights[k], component })),
    ...hull(parts),
    sample: (rng) => {
      let rest = rng.uniform();
      const k = weights.findIndex((weight) => (rest -= weight) < 0);
      return parts[k < 0 ? parts.length - 1 : k].sample(rng);
    },
    logProb: (theta) =>
      tf.tidy(() => {
        const { top, ratios } = shifted(joint(theta));
        return ratios
          .sum<tf.Tensor1D>(1)
          .log()
          .add<tf.Tensor1D>(top.squeeze([1]));
      }),
    score: (theta) =>
      tf.tidy(() => {
        const { ratios } = shifted(joint(theta));
        const sum = ratios.sum<tf.Tensor2D>(1, true);
        const shares = ratios.div(tf.where(sum.greater(0), sum, tf.onesLike(sum)));
        return tf.addN(scores.map((score, k) => shares.slice([0, k], [-1, 1]).mul<tf.Tensor2D>(score(theta))));
      }),
  };
}

function hull(parts: readonly Prior[]): Pick<Prior, 'support'> {
  const supports = parts.map((part) => part.support);
  if (supports.some((support) => support === undefined)) return {};
  const lower = supports[0]!.lower.map((_, i) => Math.min(...supports.map((support) => support!.lower[i])));
  const upper = supports[0]!.upper.map((_, i) => Math.max(...supports.map((support) => support!.upper[i])));
  return { support: { lower, upper } };
}
