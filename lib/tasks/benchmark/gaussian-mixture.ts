import { demand } from '../../core/checks';
import type { Rows } from '../../core/rows';
import { normalMass } from '../../maths/normal-mass';
import { mixture } from '../../distributions/mixture';
import { truncatedNormal } from '../../distributions/truncated-normal';
import { uniform } from '../../distributions/uniform';
import { describedTask } from '../described-task';
import { linearGaussianLogLikelihood } from '../linear-gaussian-likelihood';
import { defineSimulator } from '../../simulation/simulator';
import { exactPosterior, type ExactPosterior } from '../exact-posterior';
import { observedRows } from './box-posterior';
import type { BoxTask } from './gaussian-linear-uniform';

const stds = [1, 0.1];
const box = { lower: [-10, -10], upper: [10, 10] };
const mostObservations = 12;

/**
 * The benchmark task `gaussian_mixture`: theta ~ U(-10, 10)^2, x | theta ~ .5 N(theta, I) + .5 N(theta, .01 I).
 *
 * One of the two widths is drawn for both dimensions together, as the benchmark does from version 1.1.0 on; earlier
 * results under this name are of another task. Its exact posterior given n observations is a mixture of 2^n normals
 * restricted to the box, for n up to 12.
 *
 * @throws InvalidInputError from `exactPosterior` only, for more than 12 observations or ones that no theta of the box
 * can make.
 * Source: Lueckmann et al. (2021), appendix T.7; Sisson et al. (2007).
 * @example
 * const { exactPosterior } = tasks.benchmark.gaussianMixture();
 * exactPosterior([[1, -2]]).logProb(tf.tensor2d([[1, -2]])); // [2.084]
 */
export function gaussianMixture(): BoxTask {
  return describedTask({
    name: 'gaussian_mixture',
    prior: uniform(box),
    dataDim: 2,
    simulator: defineSimulator(
      ([a, b], rng, { stds }) => {
        const std = stds[rng.uniform() < 0.5 ? 0 : 1];
        return [a + std * rng.normal(), b + std * rng.normal()];
      },
      { stds },
    ),
    logLikelihood: (theta, x) =>
      linearGaussianLogLikelihood(
        stds.map((std) => ({ weight: 0.5, scale: 1, variance: [std ** 2, std ** 2] })),
        theta,
        x,
      ),
    exactPosterior: posteriorGiven,
  });
}

/** The mixture over the widths that each observation may have had, each part restricted to the box. */
function posteriorGiven(xObs: Rows): ExactPosterior {
  const rows = observedRows(xObs, 2);
  demand(
    'exactPosterior: xObs',
    rows.length <= mostObservations,
    `at most ${mostObservations} observations, since the posterior has 2^n parts`,
    rows.length,
  );
  // for each choice of widths: the sums of precision, precision times x and precision times |x|^2, and the log weight
  let sums = [{ precision: 0, weighted: [0, 0], square: 0, log: 0 }];
  for (const [a, b] of rows) {
    sums = sums.flatMap(({ precision, weighted, square, log }) =>
      stds.map((std) => ({
        precision: precision + std ** -2,
        weighted: [weighted[0] + a * std ** -2, weighted[1] + b * std ** -2],
        square: square + (a * a + b * b) * std ** -2,
        log: log - 2 * Math.log(std),
      })),
    );
  }
  const parts = sums.flatMap(({ precision, weighted, square, log }) => {
    const [mean, std] = [weighted.map((value) => value / precision), precision ** -0.5];
    const mass = mean.reduce(
      (product, value, i) => product * normalMass((box.lower[i] - value) / std, (box.upper[i] - value) / std),
      1,
    );
    const spread = square - precision * (mean[0] ** 2 + mean[1] ** 2);
    // parts too far out have no mass in the box
    return mass > 0 ? [{ log: log - 0.5 * spread + Math.log(mass / precision), mean, std }] : [];
  });
  demand(
    'exactPosterior: xObs',
    parts.length > 0,
    'observations that parameters between -10 and 10 can make',
    rows.map((row) => `[${row.join(', ')}]`).join(', '),
  );
  const top = Math.max(...parts.map(({ log }) => log));
  return exactPosterior(
    rows.length,
    mixture(
      parts
        .filter(({ log }) => log > top - 37)
        .map(({ log, mean, std }) => ({
          weight: Math.exp(log - top),
          component: truncatedNormal({ mean, std, ...box }),
        })),
    ),
  );
}
