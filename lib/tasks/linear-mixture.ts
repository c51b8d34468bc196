import { demand, listOf, objectOf, refuse, requireEach } from '../core/checks';
import { toTensor2D, type Rows } from '../core/rows';
import { rowViews } from '../maths/moments';
import { mixture, type MixturePrior } from '../distributions/mixture';
import { normal, type NormalPrior } from '../distributions/normal';
import { describedTask } from './described-task';
import { linearGaussianLogLikelihood, type LikelihoodComponent } from './linear-gaussian-likelihood';
import { defineSimulator } from '../simulation/simulator';
import { exactPosterior, type ExactPosterior } from './exact-posterior';
import type { Task } from './task';

/** The posterior of a {@link LinearMixtureTask}: a mixture of Gaussians. */
export interface MixturePosterior extends ExactPosterior {
  /** Its parts: one for each way to assign the observations to the parts of the likelihood. */
  readonly components: MixturePrior<NormalPrior>['components'];
}

/** A task with a standard normal prior and a likelihood that is a mixture of Gaussians around multiples of theta. */
export interface LinearMixtureTask extends Task {
  /** The prior N(0, I). */
  readonly prior: NormalPrior;
  /** The number of values of one observation, L = D. */
  readonly dataDim: number;
  /** The parts of the likelihood. */
  readonly components: readonly LikelihoodComponent[];
  /**
   * The posterior given n observations [n, D], a mixture of K^n Gaussians for K parts of the likelihood.
   * @throws InvalidInputError where K^n is above 4,096: sample the posterior with a Markov chain then.
   */
  exactPosterior(xObs: Rows): MixturePosterior;
}

const mostParts = 4096;

/**
 * The task theta ~ N(0, I), x | theta ~ sum_k w_k N(scale_k theta, diag(variance_k)), with its exact posterior.
 *
 * For an assignment a of the n observations to parts, the part's precision is 1 + sum_j scale_a^2 / variance_a, its
 * mean sum_j scale_a x_j / variance_a over that, and its weight the evidence prod_j w_a times the Gaussian integral.
 * @param name in records.
 * @param components parts of one dimension each; the weights need not add up to one.
 * @throws InvalidInputError for no part, weights or variances that are not positive, or different lengths.
 * @example
 * const task = tasks.linearMixture('two-widths', [
 *   { weight: 1, scale: 1, variance: [1, 1] },
 *   { weight: 1, scale: 1, variance: [0.01, 0.01] },
 * ]);
 * task.exactPosterior([[0.5, 1]]).components.length; // 2
 */
export function linearMixture(name: string, components: readonly LikelihoodComponent[]): LinearMixtureTask {
  demand('linearMixture: name', typeof name === 'string' && name !== '', 'a text', name);
  const parted = listOf('linearMixture: components', components, 'an array of { weight, scale, variance }');
  demand('linearMixture: components', parted.length > 0, 'at least one part', 'none');
  components.forEach((part, k) => {
    const { variance } = objectOf(`linearMixture: component ${k}`, part, '{ weight, scale, variance }');
    listOf(`linearMixture: variance of component ${k}`, variance, 'an array of variances');
  });
  const positive = (value: number): boolean => value > 0 && Number.isFinite(value);
  const dim = components[0].variance.length;
  for (const { variance, scale } of components) {
    requireEach('linearMixture: variance', variance, 'positive, finite numbers', positive);
    requireEach('linearMixture: scale', [scale], 'finite numbers', Number.isFinite);
    demand(
      'linearMixture: variance',
      variance.length === dim,
      `${dim} numbers, as in the first part`,
      `${variance.length} numbers`,
    );
  }
  requireEach(
    'linearMixture: weight',
    components.map(({ weight }) => weight),
    'positive, finite numbers',
    positive,
  );
  const total = components.reduce((sum, { weight }) => sum + weight, 0);
  const parts = components.map((part) => ({ ...part, weight: part.weight / total }));
  const constants = parts.map(({ weight, scale, variance }) => ({ weight, scale, std: variance.map(Math.sqrt) }));
  return describedTask({
    name,
    prior: normal({ mean: new Array<number>(dim).fill(0), std: 1 }),
    dataDim: dim,
    components: parts,
    simulator: defineSimulator((theta, rng, constants) => {
      let rest = rng.uniform();
      let k = 0;
      while (k < constants.length - 1 && rest >= constants[k].weight) rest -= constants[k++].weight;
      const { scale, std } = constants[k];
      return theta.map((value, i) => scale * value + std[i] * rng.normal());
    }, constants),
    logLikelihood: (theta, x) => linearGaussianLogLikelihood(parts, theta, x),
    exactPosterior: (xObs) => posteriorGiven(parts, dim, xObs),
  });
}

function posteriorGiven(parts: readonly LikelihoodComponent[], dim: number, xObs: Rows): MixturePosterior {
  const tensor = toTensor2D(xObs, 'xObs', dim);
  const rows = rowViews(tensor.dataSync() as Float32Array, dim);
  tensor.dispose();
  if (parts.length ** rows.length > mostParts) {
    const most = Math.floor(Math.log(mostParts) / Math.log(parts.length) + 1e-9);
    refuse(
      'exactPosterior: xObs',
      `at most ${most} observations, since the posterior has ${parts.length}^n parts`,
      rows.length,
      'Sample it with sampleChains(tasks.unnormalisedPosterior(task, xObs), hmc(), options) instead.',
    );
  }
  // sums over the observations: precision, precision times mean, and the log weight without the Gaussian integral
  let sums = [{ precision: new Array<number>(dim).fill(1), weighted: new Array<number>(dim).fill(0), log: 0 }];
  for (const x of rows) {
    sums = sums.flatMap(({ precision, weighted, log }) =>
      parts.map(({ weight, scale, variance }) => ({
        precision: precision.map((value, i) => value + scale ** 2 / variance[i]),
        weighted: weighted.map((value, i) => value + (scale * x[i]) / variance[i]),
        log: variance.reduce(
          (sum, value, i) => sum - 0.5 * (Math.log(2 * Math.PI * value) + x[i] ** 2 / value),
          log + Math.log(weight),
        ),
      })),
    );
  }
  const logWeights = sums.map(({ precision, weighted, log }) =>
    precision.reduce((sum, value, i) => sum + 0.5 * (weighted[i] ** 2 / value - Math.log(value)), log),
  );
  const top = Math.max(...logWeights);
  const posterior = mixture(
    sums
      .map(({ precision, weighted }, k) => ({
        weight: Math.exp(logWeights[k] - top),
        component: normal({
          mean: weighted.map((value, i) => value / precision[i]),
          std: precision.map((value) => 1 / Math.sqrt(value)),
        }),
      }))
      // smaller weights vanish in float64 beside the largest one
      .filter(({ weight }) => weight > 1e-16),
  );
  return exactPosterior(rows.length, posterior);
}

/**
 * The 10-D mixture task of Geffner et al. (2023), section 3: prior N(0, I), data
 * .5 N(theta, 2.25 Sigma) + .5 N(theta, Sigma / 9) with Sigma diagonal, its elements rising linearly from .6 to 1.4.
 * @throws InvalidInputError, from its exactPosterior, for more than 12 observations.
 * @example
 * const task = tasks.mixture10d();
 * const sims = await simulate(task, 1_000, { seed: 1 });
 */
export function mixture10d(): LinearMixtureTask {
  const sigma = Array.from({ length: 10 }, (_, i) => 0.6 + (0.8 * i) / 9);
  return linearMixture('mixture-10d', [
    { weight: 0.5, scale: 1, variance: sigma.map((value) => 2.25 * value) },
    { weight: 0.5, scale: 1, variance: sigma.map((value) => value / 9) },
  ]);
}

/**
 * The 2-D multimodal task of Geffner et al. (2023), section 3: prior N(0, I), data
 * .5 N(theta, I / 2) + .5 N(-theta, I / 2). Its posterior has a mode near theta and one near -theta.
 * @throws InvalidInputError, from its exactPosterior, for more than 12 observations.
 * @example
 * const task = tasks.multimodal2d();
 * const { xObs } = drawObservations(task, 5, 1);
 */
export function multimodal2d(): LinearMixtureTask {
  return linearMixture('multimodal-2d', [
    { weight: 0.5, scale: 1, variance: [0.5, 0.5] },
    { weight: 0.5, scale: -1, variance: [0.5, 0.5] },
  ]);
}
