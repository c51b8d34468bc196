/**
 * What a network's output says of the noise: values for `continuous(diffusion, { parameterisation })` and `discrete`.
 */
import * as tf from '@tensorflow/tfjs';
import { requireOneOf } from '../../core/checks';
import type { NoiseLevel } from '../../diffusion/noise-level';
import { diffusedVariance, type LinearGaussian } from './linear-gaussian';

/** How an output enters the noise: along `axes` where they are given, else along those of theta, times `scale`. */
export interface OutputScale {
  /** [1 or B, 1 or D]. */
  readonly scale: tf.Tensor;
  /** [D, D], an axis a column. */
  readonly axes?: tf.Tensor2D;
}

/**
 * What a network's output F [B, D] says of the noise in theta_t = meanCoeff theta + std eps: eps_hat = known + scale F,
 * in units in which meanCoeff^2 + std^2 = 1. Beside a closed-form part, its noise is what is known in all of them.
 */
export interface Parameterisation {
  /** Its name in a saved estimator. */
  readonly name: ParameterisationName;
  /** Whether the network sees theta's distance from the Gaussian that it scales by, where there is one. */
  readonly seesDistance: boolean;
  /** How an output enters the noise at a level; `gaussian` is the one to scale by, without one N(0, I). */
  scale(level: NoiseLevel, gaussian?: LinearGaussian): OutputScale;
  /** The noise that is known of theta [B, D] where there is no closed-form part; 0 where nothing is. */
  known(theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor;
}

/** The names of the parameterisations. */
export type ParameterisationName = 'noise' | 'velocity' | 'score' | 'edm';

const nothing = (): tf.Tensor => tf.scalar(0);
const ofUnitNormal = (theta: tf.Tensor2D, level: NoiseLevel): tf.Tensor => tf.mul(level.std, theta);

/**
 * The output is the noise: scale 1, nothing known.
 * Source: Ho et al. (2020), "Denoising diffusion probabilistic models".
 * @example
 * continuous(vpLinear(), { parameterisation: parameterisations.noise() }).spec.name; // 'continuous'
 */
export function noise(): Parameterisation {
  return { name: 'noise', seesDistance: false, scale: () => ({ scale: tf.scalar(1) }), known: nothing };
}

/**
 * The output is the velocity v = meanCoeff eps - std theta: scale meanCoeff, known std theta_t.
 * Source: Salimans and Ho (2022), "Progressive distillation for fast sampling of diffusion models".
 * @example
 * continuous(vpLinear(), { parameterisation: parameterisations.velocity() }).spec.name; // 'continuous'
 */
export function velocity(): Parameterisation {
  return {
    name: 'velocity',
    seesDistance: false,
    scale: ({ meanCoeff }) => ({ scale: meanCoeff }),
    known: ofUnitNormal,
  };
}

/**
 * The output times -meanCoeff is the score: scale std meanCoeff, nothing known.
 * @example
 * continuous(vpLinear(), { parameterisation: parameterisations.score() }).spec.name; // 'continuous'
 */
export function score(): Parameterisation {
  return {
    name: 'score',
    seesDistance: false,
    scale: ({ meanCoeff, std }) => ({ scale: tf.mul(std, meanCoeff) }),
    known: nothing,
  };
}

/**
 * The output has variance 1 at each level and along each axis where theta given x is the Gaussian N(m(x), U
 * diag(lambda) U^T): known is that Gaussian's noise, and along its axes scale = meanCoeff sqrt(lambda / (meanCoeff^2
 * lambda + std^2)). Of N(0, I) it is {@link velocity}.
 * Source: Karras et al. (2022), "Elucidating the design space of diffusion-based generative models", section 5, for
 * N(0, sigmaData^2 I); the Gaussian of x is ours.
 * @example
 * continuous(vpLinear(), { parameterisation: parameterisations.edm() }).spec.name; // 'continuous'
 */
export function edm(): Parameterisation {
  return {
    name: 'edm',
    seesDistance: true,
    scale: (level, gaussian) => {
      if (!gaussian) return { scale: level.meanCoeff };
      const { axes, variances } = gaussian;
      const share = tf.sqrt(tf.div(variances, diffusedVariance(variances, level)));
      return { scale: tf.mul(level.meanCoeff, share), axes };
    },
    known: ofUnitNormal,
  };
}

const byName: Readonly<Record<ParameterisationName, () => Parameterisation>> = { noise, velocity, score, edm };

/**
 * The parameterisation of a name, as a saved estimator keeps it.
 * @throws InvalidInputError for an unknown name.
 * @example
 * parameterisations.restoreParameterisation('edm').name; // 'edm'
 */
export function restoreParameterisation(name: ParameterisationName): Parameterisation {
  requireOneOf('parameterisation', name, Object.keys(byName) as ParameterisationName[]);
  return byName[name]();
}
