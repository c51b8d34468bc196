import { objectOf } from '../../core/checks';
import type { LikelihoodEstimator } from '../likelihood/likelihood-estimator';
import { nle, type NleSettings } from '../likelihood/nle';
import type { SequentialMethod } from './sequential-method';

/** Options of {@link snl}: those of `nle.train`, but for what the run itself knows. */
export type SnlOptions = Omit<NleSettings, 'signal' | 'progress' | 'within'>;

/**
 * SNL, sequential neural likelihood: NLE on the simulations of all rounds, anew in each, and proposals from the last
 * posterior. A likelihood does not depend on what law drew the parameters, so that nothing is corrected.
 * @param options see {@link SnlOptions}; what is not given is that of `nle.defaultSettings`.
 * @returns a method for `inRounds`, for any number of observations.
 * @throws InvalidInputError for options that are no record; in `inRounds`, what `nle.train` throws.
 * Source: Papamakarios, Sterratt and Murray (2019), "Sequential neural likelihood", algorithm 1.
 * @example
 * const method = sequential.snl({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 1, calls: 200, seed: 1 });
 */
export function snl(options: SnlOptions = {}): SequentialMethod<LikelihoodEstimator> {
  const given = { ...nle.defaultSettings, ...objectOf('snl: options', options) };
  const settings = { ...given, fit: { ...nle.defaultSettings.fit, ...given.fit } };
  const { density, ...rest } = settings;
  return {
    spec: { name: 'SNL', density: density.spec, ...rest },
    train: async ({ simulations }, { prior, seed, work, tell }) => {
      const estimator = await nle.train(simulations, { ...settings, ...work, prior, seed });
      const { steps, validationLoss } = estimator.fit;
      tell({ steps, validationLoss });
      return estimator;
    },
    propose: (estimator, { xObs }) => estimator.given(xObs),
    restore: (record, { prior }) => nle.restore(record, { prior, density }),
  };
}
