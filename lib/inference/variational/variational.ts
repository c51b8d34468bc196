import * as tf from '@tensorflow/tfjs';
import type { Posterior, PosteriorGradient } from '../../contract/posterior';
import { demand, objectOf, requireCount, requireNumber, requireOneOf, requirePositive } from '../../core/checks';
import { longWork, type PartOptions } from '../../core/host';
import { rng } from '../../core/rng';
import type { Bijector } from '../../distributions/bijector';
import type { Prior } from '../../distributions/prior';
import { unconstrained } from '../../distributions/unconstrained';
import { randomKey } from '../../graph/random';
import { cholesky } from '../../maths/linalg';
import { covariance, mean, rowViews } from '../../maths/moments';
import { effectiveSize, normalisedWeights } from '../../maths/weighted-moments';
import type { DensityDefinition } from '../../nn/density/density-definition';
import { ofResiduals } from '../../nn/density/linear-residual';
import { splineCoupling } from '../../nn/density/spline-flows';
import { initialWeights } from '../../nn/network';
import { fisherDivergence, type Approximation } from './divergences';
import { drawsOf, fitToDensity, fitToGradient, logDensityAt } from './fit-weights';
import { variationalPosterior, type VariationalCourse, type VariationalPosterior } from './variational-posterior';

/** How a density is fitted to a posterior, except for the seed. */
export interface VariationalSettings extends PartOptions {
  /**
   * The density q: one whose draws can be differentiated, `densities.splineCoupling()` or `densities.realNvp()`, for a
   * fit to the gradient; any for one to the density. Default `densities.splineCoupling({ transforms: 3 })`.
   */
  density?: DensityDefinition;
  /**
   * Whether it is fitted to the gradient of the log density, or to values of the log density, where these are quick.
   * Default: the gradient where the posterior has one.
   */
  to?: 'gradient' | 'density';
  /** Steps of Adam. Default 1,000. */
  steps?: number;
  /** Draws of q in each step. Default 256. */
  draws?: number;
  /** The first learning rate, which falls as a cosine. Default 3e-3. */
  learningRate?: number;
  /** A law whose support the parameters have, where the posterior has no gradient to tell it. Default: all numbers. */
  prior?: Pick<Prior, 'dim' | 'support' | 'coordinates'>;
}

/** Everything that `variational.fit` takes besides the posterior. */
export interface VariationalOptions extends VariationalSettings {
  /** Seed of everything random in the fit. */
  seed: number;
}

/** Draws of the posterior from whose mean and covariance the fit begins, and of q that it is judged by. */
const judged = 1_000;

/** Variational inference: `variational.fit(posterior, { seed })`. */
export const variational = {
  /**
   * Fits a normalised density q to a posterior by the reverse Kullback-Leibler divergence KL(q | p): to the gradient of
   * its log density, of which no more is asked, or to values of its log density up to a constant. What comes is a
   * posterior with exact draws and a density in one pass, whatever the posterior was: a learned score, of several
   * observations or under another prior too, a likelihood or ratio that is else drawn from by Markov chains, an exact
   * one.
   *
   * It begins at the Gaussian of the mean and covariance of 1,000 of the posterior's draws, in coordinates without
   * walls, of which q is a change. KL(q | p) counts mass of q where p has none, not the other way round: q is rather
   * too narrow than too wide, and of modes far apart it may lose one, which neither the loss nor
   * `fit.fisherDivergence` sees.
   * @param posterior stays the caller's, and is not needed afterwards.
   * @param options the seed, and see {@link VariationalSettings}.
   * @returns the posterior; the caller disposes it.
   * @throws InvalidInputError for a posterior that has neither gradient nor density, for a density whose draws cannot
   * be differentiated in a fit to the gradient, and for options out of their ranges.
   * @throws InterruptedError on interrupt, and NonFiniteError where the fit leaves the finite numbers.
   * Source: Rezende and Mohamed (2015), "Variational inference with normalizing flows"; Roeder et al. (2017) for the
   * gradient, Richter et al. (2020) for the values.
   * @example
   * const fitted = await variational.fit(posterior, { seed: 1, steps: 100 });
   * const samples = await fitted.sample(500, { seed: 2 }); // shape [500, 2]
   */
  fit: async (posterior: Posterior, options: VariationalOptions): Promise<VariationalPosterior> => {
    const problem = checked(posterior, options);
    const { coordinates, definition } = problem;
    const flow = definition.build({ name: 'density', dim: posterior.dim, context: 1 });
    demand(
      'variational.fit: density',
      problem.to === 'density' || !flow.drawsHaveNoGradient,
      'one whose draws can be differentiated, densities.splineCoupling() or densities.realNvp()',
      definition.spec.name,
      "A fit with `to: 'density'` takes any.",
    );
    const seed = rng(options.seed)
      .fork(0)
      .integer(0, 2 ** 31);
    const start = await startOf(posterior, coordinates, { seed, signal: options.signal });
    const density = ofResiduals(flow, { slope: [], intercept: [], factor: start.factor });
    const approximation: Approximation = { density, context: [0, ...start.mean] };
    const found = await fitted(posterior, { ...problem, approximation, factor: start.factor }, options);
    return variationalPosterior({ ...approximation, ...problem, ...found, n: posterior.n });
  },
};

/** A fit that was asked for, checked. */
interface FitProblem {
  readonly definition: DensityDefinition;
  readonly to: VariationalCourse['to'];
  readonly coordinates: Bijector;
  readonly gradient?: PosteriorGradient;
  readonly support?: PosteriorGradient['support'];
  readonly steps: number;
  readonly draws: number;
  readonly learningRate: number;
}

function checked(posterior: Posterior, options: VariationalOptions): FitProblem {
  const { dim, gradient, density } = objectOf('variational.fit: posterior', posterior, 'a posterior');
  const {
    density: definition = splineCoupling({ transforms: 3 }),
    to = gradient ? 'gradient' : 'density',
    steps = 1_000,
    draws = 256,
    learningRate = 3e-3,
    prior = { dim },
    seed,
  } = objectOf('variational.fit: options', options, '{ seed }');
  requireNumber('variational.fit: seed', seed, 'a finite number');
  requireCount('variational.fit: steps', steps);
  requireCount('variational.fit: draws', draws, 2);
  requirePositive('variational.fit: learningRate', learningRate);
  requireOneOf('variational.fit: to', to, ['gradient', 'density']);
  demand(
    'variational.fit: posterior',
    (to === 'gradient' ? gradient : density) !== undefined,
    `one with a ${to}`,
    'one without',
  );
  const coordinates = gradient?.coordinates ?? unconstrained(prior);
  demand('variational.fit: prior', coordinates.dim === dim, `one of ${dim} parameters`, coordinates.dim);
  const support = gradient ? gradient.support : prior.support;
  return {
    definition,
    to,
    coordinates,
    steps,
    draws,
    learningRate,
    ...(gradient && { gradient }),
    ...(support && { support }),
  };
}

/** Mean and Cholesky factor of the covariance of draws, in coordinates without walls. */
async function startOf(
  posterior: Posterior,
  { toUnconstrained }: Bijector,
  options: { seed: number; signal?: AbortSignal },
): Promise<{ mean: number[]; factor: number[][] }> {
  const drawn = await posterior.sample(judged, { ...options, progress: false });
  const z = tf.tidy(() => toUnconstrained(drawn));
  drawn.dispose();
  const rows = rowViews(z.dataSync<'float32'>(), posterior.dim);
  z.dispose();
  const spread = covariance(rows).map((row, i) =>
    Array.from(row, (value, j) => (i === j ? value * (1 + 1e-6) + 1e-12 : value)),
  );
  return { mean: Array.from(mean(rows)), factor: cholesky(spread) };
}

/** The course of a fit, and its weights, which become the posterior's. */
async function fitted(
  posterior: Posterior,
  problem: FitProblem & { approximation: Approximation; factor: number[][] },
  options: VariationalOptions,
): Promise<{ weights: tf.Tensor[]; fit: VariationalCourse }> {
  const { approximation, factor, gradient, to, steps } = problem;
  const began = performance.now();
  const source = rng(options.seed);
  const first = initialWeights(approximation.density.weights, source.fork(1));
  const [key, lastKey] = [2, 3].map((k) => randomKey(source.fork(k).uniform()));
  try {
    const weights = await longWork('Variational fit', steps, options, (progress, signal) =>
      to === 'gradient'
        ? fitToGradient(approximation, gradient!, { ...problem, first, key, progress, signal })
        : fitToDensity(approximation, posterior, { ...problem, first, key, progress, signal }),
    );
    const course = { steps, to, seconds: (performance.now() - began) / 1000 };
    const last = drawsOf(approximation, weights, judged, lastKey);
    const judgement =
      to === 'gradient'
        ? { fisherDivergence: divergenceAt(approximation, gradient!, factor, weights, last) }
        : { effective: await effectiveShare(approximation, posterior, problem.coordinates, weights, last) };
    last.dispose();
    warnOf(judgement);
    return { weights, fit: { ...course, ...judgement } };
  } finally {
    tf.dispose([...first, key, lastKey]);
  }
}

/** The effective share below which a fit to the density is none. */
const leastEffective = 0.1;

function warnOf({ effective }: Pick<VariationalCourse, 'effective'>): void {
  if (effective !== undefined && effective < leastEffective)
    console.warn(
      `variational.fit: draws of the density have an effective share of ${effective.toPrecision(2)} as draws of the ` +
        'posterior. Take more steps or draws, or fit to a gradient.',
    );
}

function divergenceAt(
  approximation: Approximation,
  gradient: PosteriorGradient,
  factor: number[][],
  weights: tf.Tensor[],
  z: tf.Tensor2D,
): number {
  return tf.tidy(() => fisherDivergence(approximation, gradient, factor)(weights, z).dataSync()[0]);
}

async function effectiveShare(
  { density, context }: Approximation,
  posterior: Posterior,
  coordinates: Bijector,
  weights: tf.Tensor[],
  z: tf.Tensor2D,
): Promise<number> {
  const logP = await logDensityAt(posterior, coordinates, z);
  const logWeights = tf.tidy(() => tf.sub(logP, density.logProb(weights, z, tf.tensor2d([[...context]]))).dataSync());
  logP.dispose();
  return effectiveSize(normalisedWeights(logWeights)) / logWeights.length;
}
