import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { priorSamples } from '../../lib/distributions/prior-samples';
import type { Prior, ScoredPrior } from '../../lib/distributions/prior';

/** `score` is the automatic gradient of `logProb` at `theta`, and both agree with central differences. */
export function expectScoreIsGradient(prior: ScoredPrior, theta: number[][], tolerance = 2e-3, step = 1e-2): void {
  tf.tidy(() => {
    const at = tf.tensor2d(theta);
    const score = prior.score(at).arraySync();
    const automatic = tf
      .grad((x: tf.Tensor) => prior.logProb(x as tf.Tensor2D).sum())(at)
      .arraySync() as number[][];
    theta.forEach((row, i) =>
      row.forEach((_, k) => {
        const scale = 1 + Math.abs(automatic[i][k]);
        expect(Math.abs(score[i][k] - automatic[i][k])).toBeLessThan(1e-4 * scale);
        const moved = (sign: number): number =>
          prior.logProb(tf.tensor2d([row.map((value, j) => (j === k ? value + sign * step : value))])).dataSync()[0];
        // float32 rounding of logProb over the step, besides the curvature that `tolerance` covers
        const rounding = (1e-6 * (1 + Math.abs(moved(0)))) / step;
        expect(Math.abs(score[i][k] - (moved(1) - moved(-1)) / (2 * step))).toBeLessThan(tolerance * scale + rounding);
      }),
    );
  });
}

/** The integral of exp(logProb) of a 1-D prior over [low, high] by the midpoint rule. */
export function integral(prior: Prior, low: number, high: number, cells = 20_000): number {
  return tf.tidy(() => {
    const width = (high - low) / cells;
    const grid = tf.linspace(low + width / 2, high - width / 2, cells).reshape([-1, 1]) as tf.Tensor2D;
    return prior.logProb(grid).exp().sum().mul(width).dataSync()[0];
  });
}

/**
 * Means of `n` draws within 4 standard errors of `mean`, variances within 4 of `variance` (kurtosis at most
 * `kurtosis`).
 */
export function expectMoments(
  prior: Prior,
  mean: number[],
  variance: number[],
  { n = 20_000, kurtosis = 3, seed = 11 } = {},
): void {
  tf.tidy(() => {
    const draws = priorSamples(prior, n, seed);
    const centre = draws.mean(0).arraySync() as number[];
    const spread = draws.sub(draws.mean(0)).square().mean(0).arraySync() as number[];
    centre.forEach((value, k) => {
      expect(Math.abs(value - mean[k])).toBeLessThan(4 * Math.sqrt(variance[k] / n));
      // var(s^2) = (kurtosis - 1) variance^2 / n
      expect(Math.abs(spread[k] - variance[k])).toBeLessThan(4 * variance[k] * Math.sqrt((kurtosis - 1) / n));
    });
  });
}

/** Runs `work` and asserts that it leaves no tensor behind. */
export function expectNoLeak(work: () => void): void {
  const before = tf.memory().numTensors;
  work();
  expect(tf.memory().numTensors).toBe(before);
}
