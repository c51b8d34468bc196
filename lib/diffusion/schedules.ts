import * as tf from '@tensorflow/tfjs';
import { requireNumber, requirePositive } from '../core/checks';

/** The linear noise rate beta(t) = betaMin + t (betaMax - betaMin) and its integral. */
export interface LinearRate {
  /** beta(t). */
  readonly rate: (t: number) => number;
  /** B(t), the integral of beta from 0 to t. */
  readonly integral: (t: number) => number;
  /** B of a column of times. */
  readonly integralOf: (t: tf.Tensor2D) => tf.Tensor2D;
  /** t of a column of B. */
  readonly timeOf: (integral: tf.Tensor2D) => tf.Tensor2D;
}

/** The linear noise rate, as the linear schedule, VP and sub-VP have it. */
export function linearRate(betaMin: number, betaMax: number): LinearRate {
  const slope = betaMax - betaMin;
  return {
    rate: (t) => betaMin + slope * t,
    integral: (t) => betaMin * t + (slope * t * t) / 2,
    integralOf: (t) => tf.mul(t, tf.add(betaMin, tf.mul(slope / 2, t))),
    // the root of the quadratic without the difference of two like numbers
    timeOf: (integral) =>
      tf.div(tf.mul(2, integral), tf.add(betaMin, tf.sqrt(tf.add(betaMin ** 2, tf.mul(2 * slope, integral))))),
  };
}

/** The angle of the cosine schedule, linear in time: a(t) = pi/2 (t + s) / (1 + s). */
export function cosineAngle(s: number): (t: number) => number {
  return (t) => ((Math.PI / 2) * (t + s)) / (1 + s);
}

/**
 * Refuses invalid rates of a linear schedule, or an invalid smallest time.
 * @throws InvalidInputError with the range.
 */
export function checkLinear(what: string, betaMin: number, betaMax: number, earliest: number): void {
  requirePositive(`${what} betaMin`, betaMin);
  requireNumber(`${what} betaMax`, betaMax, `a number of at least betaMin, ${betaMin}`, (value) => value >= betaMin);
  checkEarliest(what, earliest);
}

/**
 * Refuses a smallest time outside of (0, 1/2).
 * @throws InvalidInputError with the range.
 */
export function checkEarliest(what: string, earliest: number): void {
  requireNumber(`${what} earliest`, earliest, 'a time in (0, 0.5)', (value) => value > 0 && value < 0.5);
}
