import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { rng } from '../core/rng';
import type { Prior } from '../distributions/prior';

/** A few points and a prior's log density there, to tell a wrong prior when an estimator is read back; JSON. */
export interface PriorProbe {
  readonly theta: number[][];
  readonly logProb: number[];
}

/** The probe of a prior: three of its draws. */
export function priorProbe(prior: Prior): PriorProbe {
  const source = rng(0);
  const theta = Array.from({ length: 3 }, () => prior.sample(source));
  return { theta, logProb: logProbAt(prior, theta) };
}

/**
 * Refuses a prior that is not the one of the probe.
 * @param dim its number of parameters.
 * @throws InvalidInputError for another number of parameters, or another log density at the probe's points.
 */
export function checkPriorProbe(probe: PriorProbe, dim: number, prior: Prior): void {
  if (prior.dim !== dim)
    throw new InvalidInputError('prior', { expected: `a prior of ${dim} parameters`, received: String(prior.dim) });
  const logProb = logProbAt(prior, probe.theta);
  // -Infinity, outside of another prior's support, is off too
  const off = probe.logProb.findIndex((value, i) => !(Math.abs(logProb[i] - value) <= 1e-3 * (1 + Math.abs(value))));
  if (off >= 0) {
    throw new InvalidInputError('prior', {
      expected: `the prior of training, with log density ${probe.logProb[off]} at [${probe.theta[off].join(', ')}]`,
      received: `one with ${logProb[off]} there`,
    });
  }
}

function logProbAt(prior: Prior, theta: number[][]): number[] {
  return tf.tidy(() => Array.from(prior.logProb(tf.tensor2d(theta)).dataSync()));
}
