import * as tf from '@tensorflow/tfjs';
import { inverse, matrixVector, type Matrix } from '../../lib/maths/linalg';
import { covariance, mean } from '../../lib/maths/moments';
import { factorized } from '../../lib/compose/factorized';
import type { ComposedScore, Composition } from '../../lib/compose/composed-score';
import { observationGaussians } from '../../lib/compose/observation-gaussians';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import type { Score } from '../../lib/diffusion/noise-level';
import { vpLevels, type VpLevels } from '../../lib/diffusion/vp-levels';
import type { Sampler } from '../../lib/samplers/sampler';
import { samplingProgram } from '../../lib/samplers/sample';

/**
 * The linear Gaussian model theta ~ N(0, P), x | theta ~ N(theta, S), given n observations; everything in closed form.
 */
export interface GaussianCase {
  readonly n: number;
  readonly composed: ComposedScore;
  readonly mean: number[];
  readonly covariance: number[][];
}

/** A [D, D] matrix from a function of its indices. */
export const matrix = (dim: number, entry: (i: number, j: number) => number): number[][] =>
  Array.from({ length: dim }, (_, i) => Array.from({ length: dim }, (_, j) => entry(i, j)));

/**
 * The exact diffused scores of each observation's posterior, composed, with the exact posterior of all: for prior
 * precision A and noise precision B, precision_n = A + n B and mean_n = precision_n^-1 B sum_j x_j.
 */
export function gaussianCase(
  xObs: readonly (readonly number[])[],
  noise: Matrix,
  prior: Matrix = matrix(noise.length, (i, j) => (i === j ? 1 : 0)),
  composition: Composition = factorized(),
): GaussianCase {
  const dim = noise.length;
  const n = xObs.length;
  const [a, b] = [inverse(prior), inverse(noise)];
  const precision = (k: number): number[][] => matrix(dim, (i, j) => a[i][j] + k * b[i][j]);
  const posterior = (rows: readonly (readonly number[])[]): { mean: number[]; covariance: number[][] } => {
    const covariance = inverse(precision(rows.length));
    const total = Array.from({ length: dim }, (_, i) => rows.reduce((sum, row) => sum + row[i], 0));
    return { mean: matrixVector(covariance, matrixVector(b, total)), covariance };
  };
  // the single posteriors differ in their means only, in which scores are linear: one score of the average mean stands
  // for all
  const means = xObs.map((x) => posterior([x]).mean);
  const average = means[0].map((_, i) => means.reduce((sum, each) => sum + each[i], 0) / n);
  const shared = gaussianScore(average, posterior([xObs[0]]).covariance);
  const sum: Score = (theta, level) => tf.mul(n, shared(theta, level)) as tf.Tensor2D;
  const priorScore = (theta: tf.Tensor2D): tf.Tensor2D => tf.neg(tf.matMul(theta, tf.tensor2d(a))) as tf.Tensor2D;
  // of these compositions nothing but the sum is asked
  const unasked = (): never => {
    throw new Error('only the sum is known');
  };
  const gaussians = composition.needs.gaussians && observationGaussians(n, [posterior([xObs[0]]).covariance], prior);
  const observations = { n, dim, sum, each: unasked, subset: unasked, ...(gaussians && { gaussians }) };
  const diffusedScore = gaussianScore(new Array<number>(dim).fill(0), prior);
  return { n, composed: composition.compose(observations, { score: priorScore, diffusedScore }), ...posterior(xObs) };
}

/** Draws for a target that needs no tensors of its own; the moments are taken in float64. */
export async function momentsOf(
  target: ComposedScore,
  sampler: Sampler,
  samples: number,
  { seed = 1, levels = vpLevels() }: { seed?: number; levels?: VpLevels } = {},
): Promise<{ mean: number[]; covariance: number[][]; rows: number[][] }> {
  const program = samplingProgram(sampler, { levels }, () => target);
  const nothing = tf.scalar(0);
  const draws = await program.sample(nothing, target, samples, { seed, progress: false });
  const rows = draws.arraySync();
  tf.dispose([draws, nothing]);
  program.dispose();
  return { mean: mean(rows), covariance: covariance(rows), rows };
}
