import * as tf from '@tensorflow/tfjs';
import { objectOf, requireNumber } from '../core/checks';
import type { NoiseLevel } from '../diffusion/noise-level';
import type { Composition } from './composed-score';
import { factorized } from './factorized';

/** Options of {@link damped}. */
export interface DampedOptions {
  /** d_1, the factor where all is noise, in (0, 1]. Default 1 / n. */
  readonly atNoise?: number;
  /** d_0, the factor at the data, in (0, 1]. Default 1; less than that widens the posterior, by 1 / sqrt(d_0). */
  readonly atData?: number;
}

/**
 * The damped composition: d(t) times the {@link factorized} one, d(t) = d_0 exp(-ln(d_0 / d_1) t), from d_0 = 1 at the
 * data to d_1 at the noise.
 *
 * With d_1 = 1 / n it starts at N(0, I) instead of N(0, I / n), and is wide for as long as errors of many scores add up
 * most. At t = 0 it is the posterior's score, if d_0 is 1. It follows the densities p_t^d(t), which are diffused ones
 * for n = 1 only, where nothing is damped.
 * @throws InvalidInputError for factors outside of (0, 1].
 * Source: Arruda et al. (2025), "Compositional amortized inference for large-scale hierarchical Bayesian models".
 * @example
 * estimator.given(xObs, { compose: compose.damped() }).n; // 3
 */
export function damped(options: DampedOptions = {}): Composition {
  const { atNoise, atData = 1 } = objectOf('damped: options', options);
  const isFactor = (value: number): boolean => value > 0 && value <= 1;
  if (atNoise !== undefined) requireNumber('damped atNoise', atNoise, 'a number in (0, 1]', isFactor);
  requireNumber('damped atData', atData, 'a number in (0, 1]', isFactor);
  const whole = factorized();
  return {
    ...whole,
    name: 'damped',
    id: `damped(${atNoise ?? '1/n'},${atData})`,
    compose: (observations, prior) => {
      const composed = whole.compose(observations, prior);
      const { n } = composed;
      if (n === 1) return composed;
      const last = atNoise ?? 1 / n;
      const factor = ({ t }: NoiseLevel): tf.Tensor => tf.mul(atData, tf.exp(tf.mul(-Math.log(atData / last), t)));
      return {
        ...composed,
        observations: (theta, level) => tf.mul(factor(level), composed.observations(theta, level)),
        priorCorrection: (theta, level) => tf.mul(factor(level), composed.priorCorrection(theta, level)),
        referencePrecision: n * last,
      };
    },
  };
}
