import * as tf from '@tensorflow/tfjs';
import { objectOf, requirePositive } from '../core/checks';
import { diffusionOf, vpMeanCoeff, type Diffusion } from './diffusion';
import { checkEarliest, checkLinear, cosineAngle, linearRate } from './schedules';

/** gamma at the last time of the cosine diffusion, as of the linear one at t = 1: beyond it the noise rate explodes. */
const lastGamma = 4e-5;

/**
 * The variance-preserving diffusion with linear noise rate: f = -beta(t) / 2 and g^2 = beta(t), so that with B(t) the
 * integral of beta, meanCoeff = exp(-B(t) / 2) and std^2 = 1 - exp(-B(t)).
 *
 * `vpLevels` with its default schedule are times t = k / T of it.
 *
 * @param betaMin noise rate at t = 0. Default 0.1.
 * @param betaMax noise rate at t = 1. Default 20.
 * @param earliest the smallest time. Default 1e-5, where std is 0.001.
 * @throws InvalidInputError for rates that are not positive or fall, or a smallest time outside of (0, 0.5).
 * Source: Song et al. (2021), "Score-based generative modeling through stochastic differential equations", equation
 * (11) and appendix C.
 * @example
 * vpLinear().drift(0); // -0.05
 */
export function vpLinear(options: { betaMin?: number; betaMax?: number; earliest?: number } = {}): Diffusion {
  const { betaMin = 0.1, betaMax = 20, earliest = 1e-5 } = objectOf('vpLinear: options', options);
  checkLinear('vpLinear', betaMin, betaMax, earliest);
  const { rate, integral, integralOf, timeOf } = linearRate(betaMin, betaMax);
  return diffusionOf({
    spec: { name: 'vpLinear', betaMin, betaMax, earliest },
    earliest,
    latest: 1,
    // std^2 / meanCoeff^2 = e^B - 1
    logRatio: (t) => Math.log(Math.expm1(integral(t))) / 2,
    drift: (t) => -rate(t) / 2,
    diffusion: (t) => Math.sqrt(rate(t)),
    logRatioOf: (t) => tf.div(tf.log(tf.expm1(integralOf(t))), 2),
    timeOf: (u) => timeOf(tf.softplus(tf.mul(2, u) as tf.Tensor2D)),
    meanCoeffOf: vpMeanCoeff,
  });
}

/**
 * The variance-preserving diffusion with the cosine schedule: meanCoeff = cos a(t) / cos a(0) with
 * a(t) = pi/2 (t + s) / (1 + s), f = -a' tan a(t) and g^2 = 2 a' tan a(t).
 *
 * Its noise rate has no bound at t = 1; it ends where meanCoeff^2 is 4e-5, as that of the linear one.
 *
 * @param s offset that keeps the first noise from being too small. Default 0.008.
 * @param earliest the smallest time. Default 3e-5, where std is 0.001.
 * @throws InvalidInputError for an offset that is not positive, or a smallest time outside of (0, 0.5).
 * Source: Nichol and Dhariwal (2021), "Improved denoising diffusion probabilistic models", equation (17).
 * @example
 * diffusion.vpCosine().latest < 1; // true
 */
export function vpCosine(options: { s?: number; earliest?: number } = {}): Diffusion {
  const { s = 0.008, earliest = 3e-5 } = objectOf('vpCosine: options', options);
  requirePositive('vpCosine s', s);
  checkEarliest('vpCosine', earliest);
  const angle = cosineAngle(s);
  const first = angle(0);
  const speed = Math.PI / 2 / (1 + s);
  const share = Math.cos(first) ** 2;
  const latest = Math.acos(Math.sqrt(lastGamma * share)) / speed - s;
  return diffusionOf({
    spec: { name: 'vpCosine', s, earliest },
    earliest,
    latest,
    // 1 - gamma = sin(a - a_0) sin(a + a_0) / cos^2 a_0
    logRatio: (t) => Math.log((Math.sin(speed * t) * Math.sin(speed * t + 2 * first)) / Math.cos(angle(t)) ** 2) / 2,
    drift: (t) => -speed * Math.tan(angle(t)),
    diffusion: (t) => Math.sqrt(2 * speed * Math.tan(angle(t))),
    logRatioOf: (t) => {
      const turned = tf.mul(speed, t);
      const noise = tf.mul(tf.sin(turned), tf.sin(tf.add(turned, 2 * first)));
      return tf.div(tf.log(tf.div(noise, tf.square(tf.cos(tf.add(turned, first))))), 2);
    },
    timeOf: (u) => {
      const gamma = tf.mul(share, tf.sigmoid(tf.mul(-2, u)));
      const noise = tf.mul(share, tf.sigmoid(tf.mul(2, u)));
      const sum = tf.add(tf.atan2(tf.sqrt(tf.add(Math.sin(first) ** 2, noise)), tf.sqrt(gamma)), first);
      return tf.div(tf.asin(tf.div(noise, tf.sin(sum))), speed);
    },
    meanCoeffOf: vpMeanCoeff,
  });
}
