import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import type { DiffusedDensity } from '../../lib/diffusion/diffused-density';
import type { NoiseLevel } from '../../lib/diffusion/noise-level';

/** From next to no noise to next to nothing else. */
export const stds = [0.0005, 0.002, 0.02, 0.2, 0.5, 0.9, 0.99, 0.9999, 1];

/** The variance-preserving level of a standard deviation, as float32 has it. */
export function levelOf(std: number): { a: number; s: number; tensors: () => NoiseLevel } {
  const s = Math.fround(std);
  const a = Math.fround(Math.sqrt((1 - std) * (1 + std)));
  const column = (value: number): tf.Tensor2D => tf.tensor2d([[value]]);
  return { a, s, tensors: () => ({ t: column(0), meanCoeff: column(a), std: column(s) }) };
}

/** Log densities, scores and the automatic gradients of the log densities at rows theta. */
export function evaluate(
  density: DiffusedDensity,
  theta: readonly (readonly number[])[],
  level: NoiseLevel,
): { logProb: number[]; score: number[][]; gradient: number[][] } {
  return tf.tidy(() => {
    const at = tf.tensor2d(theta as number[][]);
    const gradient = tf.grad((x: tf.Tensor) => density.logProb(x as tf.Tensor2D, level).sum());
    return {
      logProb: density.logProb(at, level).arraySync(),
      score: density.score(at, level).arraySync(),
      gradient: gradient(at).arraySync() as number[][],
    };
  });
}

/** A log-concave law of one number, in float64. */
export interface Law {
  readonly logProb: (theta: number) => number;
  readonly low: number;
  readonly high: number;
}

/** The diffused law at x by the midpoint rule around the largest integrand, in float64. */
export function integrated({ logProb, low, high }: Law, x: number, a: number, s: number) {
  const integrand = (theta: number): number => logProb(theta) - 0.5 * ((x - a * theta) / s) ** 2;
  let [left, right] = [low, high];
  for (let k = 0; k < 300; k++) {
    const [p, q] = [left + (right - left) / 3, right - (right - left) / 3];
    if (integrand(p) < integrand(q)) left = p;
    else right = q;
  }
  const peak = (left + right) / 2;
  const top = integrand(peak);
  const reach = (end: number): number => {
    for (let step = 1e-9; ; step *= 1.2) {
      const theta = peak + Math.sign(end - peak) * step;
      if (step >= Math.abs(end - peak)) return end;
      if (integrand(theta) < top - 40) return theta;
    }
  };
  const [from, to] = [reach(low), reach(high)];
  const cells = 40_000;
  const width = (to - from) / cells;
  let mass = 0;
  let pull = 0;
  for (let k = 0; k < cells; k++) {
    const theta = from + (k + 0.5) * width;
    const share = Math.exp(integrand(theta) - top);
    mass += share;
    pull += share * (a * theta - x);
  }
  return {
    logProb: top + Math.log(mass * width) - Math.log(s) - 0.5 * Math.log(2 * Math.PI),
    score: pull / mass / s ** 2,
  };
}

/** The density in one dimension is that by integration at `points`, and its score the gradient of its logarithm. */
export function expectIntegrated(
  { density, law, std }: { density: DiffusedDensity; law: Law; std: number },
  points: readonly number[],
): void {
  const { a, s, tensors } = levelOf(std);
  const at = points.map(Math.fround);
  const { logProb, score, gradient } = tf.tidy(() =>
    evaluate(
      density,
      at.map((x) => [x]),
      tensors(),
    ),
  );
  at.forEach((x, i) => {
    const expected = integrated(law, x, a, s);
    // theta_t and the walls are rounded to float32, which moves them by this much
    const moved = 1e-7 * (1 + Math.abs(x));
    const steepness = Math.abs(expected.score);
    const where = `at ${x}, std ${std}`;
    expect(Math.abs(logProb[i] - expected.logProb), `logProb ${where}`).toBeLessThan(
      3e-6 * (1 + Math.abs(expected.logProb)) + moved * steepness,
    );
    // a curvature is at most 1 / s^2
    expect(Math.abs(score[i][0] - expected.score), `score ${where}`).toBeLessThan(
      1e-5 * steepness + 3e-6 / Math.max(s, a) + Math.min(moved / s ** 2, 6e-4 * steepness),
    );
    expect(Math.abs(gradient[i][0] - score[i][0]), `gradient ${where}`).toBeLessThan(
      1e-5 * (steepness + 1 / Math.max(s, a)),
    );
  });
}
