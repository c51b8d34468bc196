import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../../core/errors';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { diffusedVariance } from './gaussian-part';
import type { Weights } from '../network';

/**
 * What a network's output F [B, D] says of the noise in theta_t = meanCoeff theta + std eps: eps_hat = known + scale F, in units in which
 * meanCoeff^2 + std^2 = 1.
 *
 * - `noise`: scale 1, known 0: F is the noise.
 * - `velocity`: scale meanCoeff, known std theta_t: F is v = meanCoeff eps - std theta.
 * - `score`: scale std meanCoeff, known 0: -meanCoeff F is the score.
 * - `edm`: known is the noise that a Gaussian N(m(x), C), C = U diag(lambda) U^T, implies, and along its axes
 *   scale = meanCoeff sqrt(lambda / (meanCoeff^2 lambda + std^2)), so that F is to have variance 1 at each level and along each axis where
 *   theta given x is that Gaussian. Of N(0, I) it is `velocity`.
 *
 * Beside a Gaussian part, its noise is what is known in all of them.
 *
 * Source: Ho et al. (2020), "Denoising diffusion probabilistic models", for `noise`; Salimans and Ho (2022), "Progressive distillation", for
 * `velocity`; Karras et al. (2022), "Elucidating the design space of diffusion-based generative models", section 5, for `edm` of
 * N(0, sigmaData^2 I); the Gaussian of x is ours.
 */
export type Parameterisation = 'noise' | 'velocity' | 'score' | 'edm';

const names: readonly Parameterisation[] = ['noise', 'velocity', 'score', 'edm'];

/**
 * Refuses what is no parameterisation.
 * @throws InvalidInputError with their names.
 */
export function checkParameterisation(what: string, value: Parameterisation): void {
  if (!names.includes(value))
    throw new InvalidInputError(what, { expected: names.join(', '), received: String(value) });
}

/** What an output adds to the noise that is known: scale F. `frame` is the Gaussian of `edm`, empty for N(0, I). */
export function noiseOfOutput(
  parameterisation: Parameterisation,
  frame: Weights,
  level: NoiseLevel,
  output: tf.Tensor2D,
): tf.Tensor2D {
  const { scale, axes } = scaleOf(parameterisation, frame, level);
  const scaled = tf.mul(output, scale) as tf.Tensor2D;
  return axes ? tf.matMul(scaled, axes, false, true) : scaled;
}

/** The inverse of {@link noiseOfOutput}: the error of an output whose noise is wrong by `error`. */
export function outputOfNoise(
  parameterisation: Parameterisation,
  frame: Weights,
  level: NoiseLevel,
  error: tf.Tensor2D,
): tf.Tensor2D {
  const { scale, axes } = scaleOf(parameterisation, frame, level);
  return tf.div(axes ? tf.matMul(error, axes) : error, scale) as tf.Tensor2D;
}

/** The noise that is known of theta [B, D] where there is no Gaussian part; none where it is 0. */
export function knownNoise(
  parameterisation: Parameterisation,
  theta: tf.Tensor2D,
  level: NoiseLevel,
): tf.Tensor2D | undefined {
  const ofUnitNormal = parameterisation === 'velocity' || parameterisation === 'edm';
  return ofUnitNormal ? (tf.mul(level.std, theta) as tf.Tensor2D) : undefined;
}

function scaleOf(
  parameterisation: Parameterisation,
  frame: Weights,
  level: NoiseLevel,
): { scale: tf.Tensor; axes?: tf.Tensor2D } {
  const { meanCoeff, std } = level;
  switch (parameterisation) {
    case 'noise':
      return { scale: tf.scalar(1) };
    case 'velocity':
      return { scale: meanCoeff };
    case 'score':
      return { scale: tf.mul(std, meanCoeff) };
    case 'edm': {
      if (frame.length === 0) return { scale: meanCoeff };
      const [, , axes, variance] = frame;
      return {
        scale: tf.mul(meanCoeff, tf.sqrt(tf.div(variance, diffusedVariance(variance, level)))),
        axes: axes as tf.Tensor2D,
      };
    }
  }
}
