import * as tf from '@tensorflow/tfjs';
import { objectOf } from '../core/checks';
import { diffusionOf, type Diffusion } from './diffusion';
import { checkLinear, linearRate } from './schedules';

/**
 * The sub-variance-preserving diffusion with linear noise rate: f = -beta(t) / 2 and g^2 = beta(t) (1 - exp(-2 B(t))),
 * so that meanCoeff = exp(-B(t) / 2) and std = 1 - exp(-B(t)), below that of the VP diffusion.
 *
 * @param betaMin noise rate at t = 0. Default 0.1.
 * @param betaMax noise rate at t = 1. Default 20.
 * @param earliest the smallest time. Default 0.005, where std is 0.00075.
 * @throws InvalidInputError for rates that are not positive or fall, or a smallest time outside of (0, 0.5).
 * Source: Song et al. (2021), equation (12) and appendix C.
 * @example
 * diffusion.subVp().drift(1); // -10
 */
export function subVp(options: { betaMin?: number; betaMax?: number; earliest?: number } = {}): Diffusion {
  const { betaMin = 0.1, betaMax = 20, earliest = 5e-3 } = objectOf('subVp: options', options);
  checkLinear('subVp', betaMin, betaMax, earliest);
  const { rate, integral, integralOf, timeOf } = linearRate(betaMin, betaMax);
  return diffusionOf({
    spec: { name: 'subVp', betaMin, betaMax, earliest },
    earliest,
    latest: 1,
    // std / meanCoeff = e^{B/2} - e^{-B/2}
    logRatio: (t) => Math.log(2 * Math.sinh(integral(t) / 2)),
    drift: (t) => -rate(t) / 2,
    diffusion: (t) => Math.sqrt(rate(t) * -Math.expm1(-2 * integral(t))),
    logRatioOf: (t) => tf.log(tf.mul(2, tf.sinh(tf.div(integralOf(t), 2)))) as tf.Tensor2D,
    timeOf: (u) => timeOf(tf.mul(2, tf.asinh(tf.div(tf.exp(u), 2)))),
    meanCoeffOf: (u) => tf.exp(tf.neg(tf.asinh(tf.div(tf.exp(u), 2)))) as tf.Tensor2D,
  });
}
