import { objectOf } from '../../core/checks';
import { nre, type NreSettings } from '../ratio/nre';
import type { RatioEstimator } from '../ratio/ratio-estimator';
import type { SequentialMethod } from './sequential-method';

/** Options of {@link snre}: those of `nre.train`, but for what the run itself knows. */
export type SnreOptions = Omit<NreSettings, 'signal' | 'progress' | 'within'>;

/**
 * SNRE, sequential neural ratio estimation: NRE on the simulations of all rounds, anew in each, and proposals from the
 * last posterior. The ratio's denominator is then that of the proposals, which depends on x alone.
 * @param options see {@link SnreOptions}; what is not given is that of `nre.defaultSettings`.
 * @returns a method for `inRounds`, for any number of observations.
 * @throws InvalidInputError for options that are no record; in `inRounds`, what `nre.train` throws.
 * Source: Hermans et al. (2020), "Likelihood-free MCMC with amortized approximate ratio estimators"; Durkan et al.
 * (2020), "On contrastive learning for likelihood-free inference".
 * @example
 * const method = sequential.snre({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 1, calls: 200, seed: 1 });
 */
export function snre(options: SnreOptions = {}): SequentialMethod<RatioEstimator> {
  const given = { ...nre.defaultSettings, ...objectOf('snre: options', options) };
  const settings = { ...given, fit: { ...nre.defaultSettings.fit, ...given.fit } };
  const { loss, classifier, embedding, ...rest } = settings;
  return {
    spec: { name: 'SNRE', loss: loss.spec, classifier: classifier.spec, embedding: embedding.spec, ...rest },
    train: async ({ simulations }, { prior, seed, work, tell }) => {
      const estimator = await nre.train(simulations, { ...settings, ...work, prior, seed });
      const { steps, validationLoss } = estimator.fit;
      tell({ steps, validationLoss });
      return estimator;
    },
    propose: (estimator, { xObs }) => estimator.given(xObs),
    restore: (record, { prior }) => nre.restore(record, { prior, classifier, embedding }),
  };
}
