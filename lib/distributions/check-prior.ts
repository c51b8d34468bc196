import * as tf from '@tensorflow/tfjs';
import { objectOf, refuse } from '../core/checks';
import { rng } from '../core/rng';
import { priorScore, type Prior } from './prior';
import { parameterRng } from './prior-samples';
import { checkShape } from './prior-shape';

/** How thorough `checkPrior` is. */
export interface CheckPriorOptions {
  /** The seed of the draws. Default 0. */
  seed?: number;
  /** The number of draws. Default 64. */
  draws?: number;
  /** Whether the score is compared with differences of logProb. Default true. */
  score?: boolean;
}

/**
 * The step of a central difference, in standard deviations of the draws: balances curvature against float32 rounding.
 */
const STEP = 0.02;
/** The error allowed in a score, in units of 1 / standard deviation: half of it absolute, half relative. */
const TOLERANCE = 0.1;
/** Kinks (a Laplace law's) may spoil this share of the differences. */
const ALLOWED_SHARE = 0.1;

/**
 * Checks that a prior's parts fit together: D numbers in every draw, draws inside the support, logProb [B] finite at
 * them and the same in a second call, and the score equal to the differences of logProb.
 * @throws InvalidInputError naming the part that does not fit, and the draw.
 * @example
 * const logProb = (theta: tf.Tensor2D) => theta.square().sum(1).div(-2);
 * checkPrior({ dim: 1, sample: (rng) => [rng.normal()], logProb }); // says what is wrong, or nothing
 */
export function checkPrior(prior: Prior, options: CheckPriorOptions = {}): void {
  const { seed = 0, draws = 64, score = true } = objectOf('checkPrior: options', options);
  checkShape(prior);
  const root = rng(seed);
  const rows = Array.from({ length: draws }, (_, i) => checkDraw(prior, prior.sample(parameterRng(root, i)), i));
  tf.tidy(() => {
    const theta = tf.tensor2d(rows);
    const values = logProbValues(prior, theta);
    const again = logProbValues(prior, theta);
    values.forEach((value, i) => {
      if (!Number.isFinite(value))
        refuse(
          'prior.logProb',
          "a finite value at the prior's own draws",
          `${value} at ${show(rows[i])}`,
          'Check the support and the normalisation of logProb.',
        );
      if (value !== again[i])
        refuse(
          'prior.logProb',
          'the same value for the same theta',
          `${value}, then ${again[i]}`,
          'logProb must not draw random numbers.',
        );
    });
    if (score) checkScore(prior, rows);
  });
}

function checkDraw(prior: Prior, draw: number[], i: number): number[] {
  if (!(Array.isArray(draw) || ArrayBuffer.isView(draw)) || draw.length !== prior.dim) {
    refuse(
      'prior.sample',
      `an array of ${prior.dim} numbers`,
      Array.isArray(draw) ? `${draw.length} numbers` : typeof draw,
      'dim and the length of a draw must agree.',
    );
  }
  const bad = draw.findIndex((value) => typeof value !== 'number' || !Number.isFinite(value));
  if (bad >= 0) refuse('prior.sample', 'finite numbers', `${String(draw[bad])} in dimension ${bad} of draw ${i}`);
  const out = draw.findIndex(
    (value, k) => prior.support && !(value >= prior.support.lower[k] && value <= prior.support.upper[k]),
  );
  if (out >= 0) {
    refuse(
      'prior.sample',
      `draws inside the support [${prior.support!.lower[out]}, ${prior.support!.upper[out]}]`,
      `${draw[out]} in dimension ${out} of draw ${i}`,
    );
  }
  return Array.from(draw);
}

function logProbValues(prior: Prior, theta: tf.Tensor2D): Float32Array {
  const result: unknown = prior.logProb(theta);
  if (!(result instanceof tf.Tensor) || result.shape.length !== 1 || result.shape[0] !== theta.shape[0]) {
    refuse(
      'prior.logProb',
      `a tensor [${theta.shape[0]}] for theta [${theta.shape}]`,
      result instanceof tf.Tensor ? `[${result.shape}]` : typeof result,
      'Sum over the parameters (axis 1) only.',
    );
  }
  return (result as tf.Tensor1D).dataSync<'float32'>();
}

function checkScore(prior: Prior, rows: number[][]): void {
  const theta = tf.tensor2d(rows);
  const score = priorScore(prior)(theta);
  if (score.shape.join() !== theta.shape.join()) refuse('prior.score', `a tensor [${theta.shape}]`, `[${score.shape}]`);
  const values = score.arraySync();
  for (let k = 0; k < prior.dim; k++) {
    const column = rows.map((row) => row[k]);
    const centre = column.reduce((sum, value) => sum + value, 0) / rows.length;
    const std = Math.sqrt(column.reduce((sum, value) => sum + (value - centre) ** 2, 0) / rows.length) || 1;
    const at = (step: number): Float32Array =>
      logProbValues(prior, tf.tensor2d(rows.map((row) => row.map((value, j) => (j === k ? value + step : value)))));
    const up = at(STEP * std);
    const down = at(-STEP * std);
    const wrong = rows.flatMap((_, i) => {
      const difference = (up[i] - down[i]) / (2 * STEP);
      const rounding = (4e-7 * (Math.abs(up[i]) + 1)) / STEP;
      // a step across a wall or a kink says nothing about the score
      if (!Number.isFinite(difference)) return [];
      return Math.abs(values[i][k] * std - difference) <=
        TOLERANCE / 2 + (TOLERANCE / 2) * Math.abs(difference) + rounding
        ? []
        : [{ i, difference: difference / std }];
    });
    if (wrong.length > ALLOWED_SHARE * rows.length) {
      const { i, difference } = wrong[0];
      refuse(
        'prior.score',
        `the gradient of logProb, about ${difference.toPrecision(4)} in dimension ${k} at ${show(rows[i])}`,
        String(values[i][k]),
        `${wrong.length} of ${rows.length} draws differ.`,
      );
    }
  }
}

function show(theta: readonly number[]): string {
  return `[${theta.slice(0, 8).map((value) => Number(value.toPrecision(5)))}${theta.length > 8 ? ', ...' : ''}]`;
}
