import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { inverse, matrixProduct, matrixVector, transpose } from '../../../lib/maths/linalg';
import { gaussianUnderLaw } from '../../../lib/nn/score/gaussian-under-law';
import { leastSquaresGaussian, type LinearGaussian } from '../../../lib/nn/score/linear-gaussian';

const dim = 4;
const zeros = new Array<number>(dim).fill(0);
const unit = Array.from(zeros, (_, i) => zeros.map((_, j) => (i === j ? 1 : 0)));
const law = { mean: zeros, covariance: unit, origin: { theta: zeros, x: zeros }, isGaussian: true };

function pairsOf(count: number, seed: number, x: (theta: readonly number[], normal: () => number) => number[]) {
  const source = rng(seed);
  const theta = Array.from({ length: count }, () => zeros.map(() => source.normal()));
  return { theta: tf.tensor2d(theta), x: tf.tensor2d(theta.map((row) => x(row, () => source.normal()))) };
}

const covarianceOf = ({ axes, variances }: LinearGaussian): number[][] => {
  const u = axes.arraySync();
  return matrixProduct(
    u.map((row) => row.map((value, k) => value * variances.arraySync()[k])),
    transpose(u),
  );
};

/** The mean of the posterior of n observations of mean x under N(0, I), composed of n Gaussians of one observation. */
function composedMean(gaussian: LinearGaussian, x: readonly number[], n: number): number[] {
  const precision = inverse(covarianceOf(gaussian));
  const mean = matrixVector(transpose(gaussian.weights.arraySync()), x).map(
    (value, i) => value + gaussian.intercept.arraySync()[i],
  );
  const whole = precision.map((row, i) => row.map((value, j) => n * value - (i === j ? n - 1 : 0)));
  return matrixVector(
    inverse(whole),
    matrixVector(precision, mean).map((value) => n * value),
  );
}

describe('gaussianUnderLaw', () => {
  it('errs several times less than least squares where many observations are put together', () => {
    const n = 1_000;
    const truth = [1, -1, 0.5, 1.5];
    const errors = [gaussianUnderLaw, (theta: tf.Tensor2D, x: tf.Tensor2D) => leastSquaresGaussian(theta, x)].map(
      (fit) =>
        [1, 2, 3, 4, 5].reduce((sum, seed) => {
          const { theta, x } = pairsOf(2_000, seed, (row, normal) => row.map((value) => value + normal()));
          const mean = composedMean(fit(theta, x, law), truth, n);
          return sum + mean.reduce((total, value, i) => total + (value - (truth[i] * n) / (n + 1)) ** 2, 0);
        }, 0),
    );
    expect(errors[0]).toBeLessThan(errors[1] / 3);
    // each of the four has one coefficient to learn: theta_i^2 / N, 4.5 / N over all, from five fits
    expect(errors[0] / 5).toBeLessThan((2 * 4.5) / 2_000);
  });

  it('is least squares where the law is known no better than from the pairs, and all coefficients tell', () => {
    const { theta, x } = pairsOf(1_000, 1, (row, normal) =>
      row.map((_, l) => 1 + row.reduce((sum, value, i) => sum + value * (i === l ? 1 : 0.4), normal())),
    );
    const rows = theta.arraySync();
    const mean = zeros.map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
    const covariance = unit.map((line, i) =>
      line.map((_, j) => rows.reduce((sum, row) => sum + (row[i] - mean[i]) * (row[j] - mean[j]), 0) / rows.length),
    );
    const ours = gaussianUnderLaw(theta, x, { ...law, mean, covariance });
    const theirs = leastSquaresGaussian(theta, x);
    const difference = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];
    expect(difference(ours.weights, theirs.weights)).toBeLessThan(3e-3);
    expect(difference(ours.intercept, theirs.intercept)).toBeLessThan(3e-3);
    expect(difference(ours.variances, theirs.variances)).toBeLessThan(3e-3);
  });

  it('is least squares to the bit with fewer than ten pairs a coefficient', () => {
    const { theta, x } = pairsOf(49, 1, (row, normal) => row.map((value) => value + normal()));
    const [ours, theirs] = [gaussianUnderLaw(theta, x, law), leastSquaresGaussian(theta, x)];
    for (const name of ['weights', 'intercept', 'variances'] as const)
      expect(ours[name].arraySync()).toEqual(theirs[name].arraySync());
  });

  it('has finite variances where data determine a parameter, or say nothing', () => {
    const { theta, x } = pairsOf(1_000, 1, (row, normal) => [row[0], 2 * row[0], normal(), 5]);
    const { variances, weights, intercept } = gaussianUnderLaw(theta, x, law);
    expect([weights, intercept].every((each) => Number.isFinite(tf.sum(each).dataSync()[0]))).toBe(true);
    const [least, ...others] = variances.arraySync();
    expect(least).toBeLessThan(1e-4);
    others.forEach((value) => expect(value).toBeCloseTo(1, 5));
  });
});
