import type { Estimator } from '../../../lib/contract/estimator';
import { InterruptedError } from '../../../lib/core/errors';
import type { SequentialMethod } from '../../../lib/inference/sequential/sequential-method';
import { gaussianLinear, type GaussianPosterior } from '../../../lib/tasks/gaussian-linear';

/** What a round of {@link conjugate} was called with. */
export interface SeenRound {
  readonly sizes: readonly number[];
  readonly records: number;
  readonly rows: number;
  readonly proposed: boolean;
  readonly before?: number;
  readonly isLast: boolean;
  readonly seed: number;
}

/** An estimator whose posterior is that of a Gaussian task with the noise variance that it was given. */
export interface ConjugateEstimator extends Estimator<GaussianPosterior> {
  readonly variance: number;
}

export const task = gaussianLinear([0.1, 0.2]);

/** A method that trains nothing: its n-th estimator is right for the n-th of the noise variances, the last for all. */
export function conjugate(
  variances: readonly number[],
  more: Partial<SequentialMethod<ConjugateEstimator>> = {},
): SequentialMethod<ConjugateEstimator> & { readonly seen: SeenRound[] } {
  const seen: SeenRound[] = [];
  const estimatorOf = (variance: number): ConjugateEstimator => ({
    variance,
    prior: task.prior,
    config: { kind: 'conjugate', version: 1 },
    given: (xObs) => gaussianLinear([variance, variance]).exactPosterior(xObs),
    drawEach: () => Promise.reject(new Error('not here')),
    record: () => ({ config: { kind: 'conjugate', variance }, arrays: [] }),
    dispose: () => {},
  });
  return {
    spec: { name: 'conjugate', variances },
    seen,
    train: async ({ simulations, sizes, records }, { before, isLast, seed, work, tell }) => {
      if (work.signal?.aborted) throw new InterruptedError('training was interrupted');
      const [rows] = simulations.x.shape;
      const { proposed } = simulations;
      seen.push({ sizes, records: records.length, rows, proposed, before: before?.variance, isLast, seed });
      tell({ rows });
      return estimatorOf(variances[Math.min(sizes.length, variances.length) - 1]);
    },
    propose: (estimator, { xObs }) => {
      const { dim, sample } = estimator.given(xObs);
      return { dim, sample };
    },
    restore: ({ config }) => estimatorOf(config.variance as number),
    ...more,
  };
}
