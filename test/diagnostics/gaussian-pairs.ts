import * as tf from '@tensorflow/tfjs';
import type { Posterior } from '../../lib/contract/posterior';
import { rng } from '../../lib/core/rng';
import { pairsFrom, type DrawnPairs } from '../../lib/diagnostics/drawn-pairs';

/** What is wrong with draws from a posterior in closed form; nothing where none is given. */
export interface Fault {
  /** Their standard deviation, times this. */
  readonly width?: number;
  /** Their first parameter lies higher by so many standard deviations. */
  readonly shift?: number;
  /** Each marginal as it should be, but independent of the other. */
  readonly isUncorrelated?: boolean;
  /** Draws from the prior, whatever the data. */
  readonly isPrior?: boolean;
}

const noise = 0.3;
/** theta ~ N(0, I) in two dimensions, x = theta_1 + theta_2 + .3 e: each theta is N(x / s, 1 - 1 / s), s = 2.09. */
const total = 2 + noise ** 2;
const variance = 1 - 1 / total;
const correlation = -1 / total / variance;

/** One draw of the posterior given x, with its fault. */
export function posteriorDraw(x: number, { width = 1, shift = 0, isUncorrelated, isPrior }: Fault, source = rng(1)) {
  const [e1, e2] = [source.normal(), source.normal()];
  if (isPrior) return [e1, e2];
  const r = isUncorrelated ? 0 : correlation;
  const std = Math.sqrt(variance) * width;
  return [x / total + std * (e1 + shift), x / total + std * (r * e1 + Math.sqrt(1 - r * r) * e2)];
}

/** Truths, data and draws of that model, with the density of the faulty posteriors. */
export function gaussianPairs(seed: number, count: number, draws: number, fault: Fault = {}): DrawnPairs {
  const source = rng(seed);
  const theta = Array.from({ length: count }, () => [source.normal(), source.normal()]);
  const x = theta.map(([a, b]) => [a + b + noise * source.normal()]);
  const samples = x.map(([value]) => Array.from({ length: draws }, () => posteriorDraw(value, fault, source)));
  return { ...pairsFrom(theta, samples, { x, seed }), given: ([[value]]) => posteriorOf(value, fault) };
}

/** The posterior with its density; it is drawn from by the same formula. */
export function posteriorOf(x: number, fault: Fault): Posterior {
  const { width = 1, shift = 0, isUncorrelated } = fault;
  const r = isUncorrelated ? 0 : correlation;
  const std = Math.sqrt(variance) * width;
  return {
    n: 1,
    dim: 2,
    sample: async (count, { seed }) => {
      const source = rng(seed);
      return tf.tensor2d(Array.from({ length: count }, () => posteriorDraw(x, fault, source)));
    },
    density: {
      normalised: false,
      logProb: async (theta) => {
        const rows = theta.arraySync().map(([a, b]) => [(a - x / total) / std - shift, (b - x / total) / std]);
        return tf.tensor1d(rows.map(([a, b]) => -(a * a - 2 * r * a * b + b * b) / (2 * (1 - r * r))));
      },
    },
    dispose: () => {},
  };
}
