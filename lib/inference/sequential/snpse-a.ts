import { lawOfRounds } from './mixture-proposal';
import { scoreRounds, type ScoreRoundsOptions } from './score-rounds';
import type { SequentialMethod } from './sequential-method';
import type { ScoreEstimator } from '../score/score-estimator';

/**
 * SNPSE-A: the score of the posterior under the proposals of all rounds, by plain denoising score matching, less that
 * of the proposals and with that of the prior, after training.
 *
 * At t = 0, grad log p(theta | x) = grad log p~(theta | x) - grad log p~(theta) + grad log p(theta) exactly, with
 * the mixture p~ of all rounds' proposals. At t > 0 the diffused laws have no such relation. Given one observation,
 * draws of p~(theta | x) by a reverse diffusion are resampled with weights p / p~, none above N / N_1, since the
 * first round draws from the prior. Given several, and where the weights leave too few, Langevin steps follow the sum,
 * whose correction comes in as (T - t) / T. Where the proposals are much narrower than the prior, two large scores
 * cancel, and an error of one of them stays.
 * @param options see {@link ScoreRoundsOptions}; what is not given is that of `npse.defaultSettings`.
 * @returns a method for `inRounds`, for any number of observations.
 * @throws InvalidInputError for options that are no record; in `inRounds`, what `npse.train` throws.
 * Source: Sharrock et al. (2024), "Sequential neural score estimation", appendix on SNPSE-A;
 * the Langevin steps and the closed-form proposals are ours.
 * @example
 * const method = sequential.snpseA({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 */
export function snpseA(options: ScoreRoundsOptions = {}): SequentialMethod<ScoreEstimator> {
  return scoreRounds(
    'snpseA',
    {
      kind: 'snpse-a',
      name: 'SNPSE-A',
      method: (rounds) => ({ lawOfTraining: (frame) => lawOfRounds(rounds, frame) }),
    },
    options,
  );
}
