import * as tf from '@tensorflow/tfjs';
import { refuse } from '../../core/checks';
import { rng } from '../../core/rng';
import { inNormalCoordinates } from '../../distributions/normal-coordinates';
import { unconstrained } from '../../distributions/unconstrained';
import { priorScore, type Prior } from '../../distributions/prior';
import { unconstrainedPrior } from '../../distributions/unconstrained-prior';
import { leastSquares } from '../../maths/moments';
import type { NaturalGaussian } from './natural-gaussian';

/** A prior in coordinates u in which its log density is quadratic. */
export interface ClosedFormPrior {
  /**
   * The law whose frame has these coordinates: the prior without its bounds, whose u are the parameters, or the prior
   * itself, whose u are unconstrained.
   */
  readonly ofFrame: Prior;
  /** exp(-u' P u / 2 + h' u) within the bounds. */
  readonly law: NaturalGaussian;
}

/** Draws that decide whether a score is linear. */
const draws = 200;
/** What float32 leaves of a linear score, as a share of its largest value. */
const rounding = 1e-4;

/**
 * The coordinates in which a prior is Gaussian, or flat, or both by parameter, within its bounds: the parameters
 * themselves, of a normal prior, a uniform one, one truncated to a box, or those of a log-normal one as logarithms.
 * @throws InvalidInputError for a prior that is so in neither.
 */
export function closedFormPrior(prior: Prior): ClosedFormPrior {
  const { dim } = prior;
  const open: Prior = {
    dim,
    sample: (source) => prior.sample(source),
    logProb: (theta) => prior.logProb(theta),
    score: priorScore(prior),
  };
  const source = rng(0).fork(-4);
  const theta = Array.from({ length: draws }, () => prior.sample(source));
  const inParameters = quadraticLaw(theta, open.score!);
  if (inParameters) return { ofFrame: open, law: inParameters };
  const { toUnconstrainedVector } = unconstrained(prior);
  const smooth = unconstrainedPrior(prior);
  const inZ = quadraticLaw(theta.map(toUnconstrainedVector), (z) => smooth.score(z));
  if (inZ) return { ofFrame: prior, law: inZ };
  return refuse(
    'snpeA: prior',
    'a normal, uniform, truncated normal or log-normal law, or independent parameters of such laws of one kind',
    'one whose log density is not quadratic',
    'SNPE-A divides Gaussians in closed form; sequential.snpeC() takes any prior.',
  );
}

/**
 * The coordinates in which a prior is Gaussian without bounds: the parameters of a normal prior, the logarithms of a
 * log-normal one, the normal quantiles of a uniform one.
 * @throws InvalidInputError for a prior that is so in none of them.
 */
export function gaussianPrior(prior: Prior): ClosedFormPrior {
  const ofFrame = inNormalCoordinates(prior);
  const { toUnconstrainedVector } = unconstrained(ofFrame);
  const source = rng(0).fork(-4);
  const u = Array.from({ length: draws }, () => toUnconstrainedVector(prior.sample(source)));
  const law = quadraticLaw(u, (at) => unconstrainedPrior(ofFrame).score(at));
  if (law) return { ofFrame, law };
  return refuse(
    'snpeCMixture: prior',
    'a normal, uniform or log-normal law, or independent parameters of such laws',
    'one that is Gaussian neither as it is, nor in logarithms, nor in normal quantiles',
    'sequential.snpeC() takes any prior.',
  );
}

/** The law whose score at u [N, D] is linear, h - P u; undefined where it is not. */
function quadraticLaw(u: number[][], score: (u: tf.Tensor2D) => tf.Tensor2D): NaturalGaussian | undefined {
  const scores = tf.tidy(() => score(tf.tensor2d(u)).arraySync());
  if (!scores.flat().every(Number.isFinite)) return undefined;
  const { weights, intercept } = leastSquares(u, scores);
  const largest = scores.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const isLinear = u.every((row, n) =>
    intercept.every((value, i) => {
      const fitted = weights[i].reduce((sum, weight, j) => sum + weight * row[j], value);
      return Math.abs(fitted - scores[n][i]) <= rounding * largest;
    }),
  );
  const precision = weights.map((row, i) => row.map((value, j) => -(value + weights[j][i]) / 2));
  return isLinear ? { precision, shift: intercept } : undefined;
}
