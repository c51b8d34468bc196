import * as tf from '@tensorflow/tfjs';
import { objectOf, requireNumber, requirePositive } from '../core/checks';
import { diffusionOf, type Diffusion } from './diffusion';

/**
 * The variance-exploding diffusion: f = 0, meanCoeff = 1, std = sigmaMin (sigmaMax / sigmaMin)^t and
 * g = std sqrt(2 log(sigmaMax / sigmaMin)).
 *
 * Its smallest time is 0, where std is sigmaMin.
 *
 * @param sigmaMin std at t = 0, in units of the parameters. Default 0.001.
 * @param sigmaMax std at t = 1. Default 50, which hides parameters of standard deviation 1.
 * @throws InvalidInputError for numbers that are not positive, or a sigmaMax that is not above sigmaMin.
 * Source: Song et al. (2021), equation (9) and appendix C; the variance at t = 0 counts as noise, as in their code.
 * @example
 * ve({ sigmaMin: 0.01, sigmaMax: 10 }).referenceStd; // 10
 */
export function ve(options: { sigmaMin?: number; sigmaMax?: number } = {}): Diffusion {
  const { sigmaMin = 0.001, sigmaMax = 50 } = objectOf('ve: options', options);
  requirePositive('ve sigmaMin', sigmaMin);
  requireNumber('ve sigmaMax', sigmaMax, `a number above sigmaMin, ${sigmaMin}`, (value) => value > sigmaMin);
  const first = Math.log(sigmaMin);
  const rate = Math.log(sigmaMax) - first;
  return diffusionOf({
    spec: { name: 've', sigmaMin, sigmaMax },
    earliest: 0,
    latest: 1,
    logRatio: (t) => first + rate * t,
    drift: () => 0,
    diffusion: (t) => Math.exp(first + rate * t) * Math.sqrt(2 * rate),
    logRatioOf: (t) => tf.add(first, tf.mul(rate, t)),
    timeOf: (u) => tf.div(tf.sub(u, first), rate),
    meanCoeffOf: (u) => tf.onesLike(u),
  });
}
