import type { Rows } from '../../core/rows';
import { truncatedNormal } from '../../distributions/truncated-normal';
import { uniform, type UniformPrior } from '../../distributions/uniform';
import { describedTask } from '../described-task';
import { linearGaussianLogLikelihood } from '../linear-gaussian-likelihood';
import { defineSimulator } from '../../simulation/simulator';
import { exactPosterior, type ExactPosterior } from '../exact-posterior';
import type { Task } from '../task';
import { observedRows } from './box-posterior';

/** A benchmark task with a uniform prior and its exact posterior. */
export interface BoxTask extends Task {
  /** The uniform prior. */
  readonly prior: UniformPrior;
  /** L, the number of values of one observation. */
  readonly dataDim: number;
  /**
   * The posterior given n observations [n, L].
   * @throws InvalidInputError for observations of another width, NaN or infinity, and where the box has no mass.
   */
  exactPosterior(xObs: Rows): ExactPosterior;
}

const variance = 0.1;

/**
 * The benchmark task `gaussian_linear_uniform`: theta ~ U(-1, 1)^10, x | theta ~ N(theta, 0.1 I).
 *
 * Its exact posterior given n observations of mean m is N(m, 0.1 / n I) restricted to the box.
 *
 * Source: Lueckmann et al. (2021), appendix T.2.
 * @example
 * const { exactPosterior } = tasks.benchmark.gaussianLinearUniform();
 * await exactPosterior([new Array(10).fill(0.5)]).sample(100, { seed: 1 }); // shape [100, 10]
 */
export function gaussianLinearUniform(): BoxTask {
  const dim = 10;
  const prior = uniform({ lower: new Array<number>(dim).fill(-1), upper: new Array<number>(dim).fill(1) });
  return describedTask({
    name: 'gaussian_linear_uniform',
    prior,
    dataDim: dim,
    simulator: defineSimulator((theta, rng, { std }) => theta.map((value) => value + std * rng.normal()), {
      std: Math.sqrt(variance),
    }),
    logLikelihood: (theta, x) =>
      linearGaussianLogLikelihood([{ weight: 1, scale: 1, variance: new Array<number>(dim).fill(variance) }], theta, x),
    exactPosterior: (xObs) => {
      const rows = observedRows(xObs, dim);
      const mean = prior.support.lower.map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length);
      const std = Math.sqrt(variance / rows.length);
      return exactPosterior(rows.length, truncatedNormal({ mean, std, ...prior.support }));
    },
  });
}
