import * as tf from '@tensorflow/tfjs';
import { inverse, matrixProduct, transpose } from '../../maths/linalg';
import { numpyRandom } from './numpy-random';
import { requireColumns } from '../../core/checks';
import { normal, type NormalPrior } from '../../distributions/normal';
import { defineSimulator } from '../../simulation/simulator';
import { describedTask } from '../described-task';
import type { Task } from '../task';

/** A benchmark task of a neuron's spikes, with a Gaussian prior and a known likelihood. */
export interface BernoulliGlmTask extends Task {
  /** The smooth Gaussian prior of offset and filter [10]. */
  readonly prior: NormalPrior;
  /** L, the number of values of one observation. */
  readonly dataDim: number;
  /** The design matrix [100, 10]: ones, then the stimulus delayed by 0 to 8 steps. */
  readonly design: readonly (readonly number[])[];
  /** log p(x_1, ..., x_n | theta) [B] of n observations x [n, L] at theta [B, 10]; the caller disposes it. */
  logLikelihood(theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor1D;
}

const [steps, dim] = [100, 10];

/**
 * The benchmark task `bernoulli_glm`: 100 spikes y_t ~ Bernoulli(sigmoid(V theta)_t), seen through x = V' y, the number
 * of spikes and the spike-triggered sums of the stimulus, which are sufficient.
 *
 * theta is an offset, N(0, 2), and a filter of nine values whose prior has the precision F' F with
 * F = D^2 + diag(sqrt(i / 9)) for first differences D. log p(x | theta) = x' theta - sum_t log(1 + exp(V theta)_t): the
 * law of the spikes, of which each x has one sequence.
 *
 * Source: Lueckmann et al. (2021), appendix T.5; the stimulus is the published one.
 * @example
 * tasks.benchmark.bernoulliGlm().dataDim; // 10
 */
export function bernoulliGlm(): BernoulliGlmTask {
  const design = designMatrix();
  return describedTask({
    name: 'bernoulli_glm',
    prior: smoothPrior(),
    dataDim: dim,
    design,
    simulator: defineSimulator(
      (theta, rng, { design }) => {
        const sums = new Array<number>(theta.length).fill(0);
        for (const row of design) {
          const level = row.reduce((sum, value, k) => sum + value * theta[k], 0);
          if (rng.uniform() * (1 + Math.exp(-level)) < 1) row.forEach((value, k) => (sums[k] += value));
        }
        return sums;
      },
      { design },
    ),
    logLikelihood: (theta, x) => logLikelihood(design, theta, x, dim, (rows) => rows),
  });
}

/**
 * The benchmark task `bernoulli_glm_raw`: the model of `bernoulli_glm`, seen through its 100 spikes themselves.
 *
 * Source: Lueckmann et al. (2021), appendix T.6.
 * @example
 * tasks.benchmark.bernoulliGlmRaw().dataDim; // 100
 */
export function bernoulliGlmRaw(): BernoulliGlmTask {
  const design = designMatrix();
  return describedTask({
    name: 'bernoulli_glm_raw',
    prior: smoothPrior(),
    dataDim: steps,
    design,
    simulator: defineSimulator(
      (theta, rng, { design }) =>
        design.map((row) => {
          const level = row.reduce((sum, value, k) => sum + value * theta[k], 0);
          return rng.uniform() * (1 + Math.exp(-level)) < 1 ? 1 : 0;
        }),
      { design },
    ),
    logLikelihood: (theta, x) => logLikelihood(design, theta, x, steps, (rows) => tf.matMul(rows, tf.tensor2d(design))),
  });
}

/** The published stimulus comes from numpy's generator, in float32. */
function designMatrix(): number[][] {
  const random = numpyRandom(42);
  const stimulus = Float32Array.from({ length: steps }, () => random.normal());
  return Array.from({ length: steps }, (_, t) => [
    1,
    ...Array.from({ length: dim - 1 }, (_, lag) => (t >= lag ? stimulus[t - lag] : 0)),
  ]);
}

function smoothPrior(): NormalPrior {
  const size = dim - 1;
  const differences = Array.from({ length: size }, (_, i) =>
    Array.from({ length: size }, (_, j) => (i === j ? 1 : i === j + 1 ? -1 : 0)),
  );
  const factor = matrixProduct(differences, differences);
  factor.forEach((row, i) => (row[i] += Math.sqrt(i / size)));
  const filter = inverse(matrixProduct(transpose(factor), factor));
  const covariance = [[2, ...new Array<number>(size).fill(0)], ...filter.map((row) => [0, ...row])];
  return normal({ mean: 0, covariance });
}

function logLikelihood(
  design: readonly (readonly number[])[],
  theta: tf.Tensor2D,
  x: tf.Tensor2D,
  width: number,
  summaries: (rows: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor1D {
  requireColumns('logLikelihood: x', x, width);
  return tf.tidy(() => {
    const levels = tf.matMul(theta, tf.tensor2d(design as number[][]), false, true);
    // log(1 + exp(level)) for levels of any size
    const softplus = tf.add(tf.relu(levels), tf.log1p(tf.exp(tf.neg(tf.abs(levels)))));
    const linear = tf.sum(tf.mul(theta, tf.sum(summaries(x), 0, true)), 1);
    return tf.sub(linear, tf.mul(x.shape[0], tf.sum(softplus, 1))) as tf.Tensor1D;
  });
}
