import { objectOf } from '../../core/checks';
import type { NpeEstimator } from '../density/npe';
import { densityRounds, type DensityRoundsOptions } from './density-rounds';
import type { SequentialMethod } from './sequential-method';
import { regionOfPosterior } from './highest-density-region';
import { checkedTruncation, truncatedPrior, type TruncationOptions } from './truncated-prior';

/** Options of {@link tsnpe}. */
export interface TsnpeOptions extends DensityRoundsOptions {
  /** How the prior is truncated. */
  truncation?: TruncationOptions;
}

/**
 * TSNPE: a density q(theta | x) of any kind by plain maximum likelihood on the simulations of all rounds, whose
 * parameters come from the prior within the highest-density region of the last posterior.
 *
 * Within that region the law of the parameters is in proportion to the prior, so that the loss needs no correction
 * where the posterior given the observations lies inside. Each round reports `acceptance`, the share of the prior
 * inside, and where that is small `effective`, the effective size of what was resampled in its place.
 * @param options see {@link TsnpeOptions}.
 * @returns a method for `inRounds`.
 * @throws InvalidInputError for shares outside of [0, 1), or a number of draws below 1,000.
 * Source: Deistler, Goncalves and Macke (2022), "Truncated proposals for scalable and hassle-free simulation-based
 * inference".
 * @example
 * const method = sequential.tsnpe({ truncation: { draws: 2_000 }, fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 * run.rounds[1].method.acceptance; // a share of the prior
 */
export function tsnpe(options: TsnpeOptions = {}): SequentialMethod<NpeEstimator> {
  const { truncation = {}, ...settings } = objectOf('tsnpe: options', options);
  const checked = checkedTruncation('tsnpe', { massOutside: 1e-4, draws: 100_000, ...truncation });
  const { leastAcceptance } = checked;
  return densityRounds(
    'tsnpe',
    {
      name: 'TSNPE',
      own: { truncation: checked },
      propose: async (estimator, context) => {
        const { xObs, seed, work } = context;
        const options = { seed, signal: work.signal, progress: false };
        const region = await regionOfPosterior(estimator.given(xObs), checked, options);
        return truncatedPrior(region, leastAcceptance, context);
      },
    },
    settings,
  );
}
