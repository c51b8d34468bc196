import { lawOfRounds } from './mixture-proposal';
import { scoreRounds, type ScoreRoundsOptions } from './score-rounds';
import type { SequentialMethod } from './sequential-method';
import type { ScoreEstimator } from '../score/score-estimator';

/**
 * SNLSE: the score of the diffused likelihood, learned beside that of the proposals of all rounds, which is known in
 * closed form; the posterior's score is its sum with the prior's.
 *
 * The likelihood's score at t = 0 does not depend on what law drew the parameters, so that nothing is corrected; and
 * the prior can be another after training, `run.estimator.given(xObs, { prior: other })`. Between, the sum is no
 * diffused density's score: draws given one observation are resampled as in `sequential.snpseA()`, and given several
 * Langevin steps follow it.
 * @param options see {@link ScoreRoundsOptions}; what is not given is that of `npse.defaultSettings`.
 * @returns a method for `inRounds`, for any number of observations.
 * @throws InvalidInputError for options that are no record; in `inRounds`, what `npse.train` throws.
 * Source: Sharrock et al. (2024), "Sequential neural score estimation", first
 * version (2022); the closed-form proposals are ours.
 * @example
 * const method = sequential.snlse({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 */
export function snlse(options: ScoreRoundsOptions = {}): SequentialMethod<ScoreEstimator> {
  return scoreRounds(
    'snlse',
    {
      kind: 'snlse',
      name: 'SNLSE',
      method: (rounds) => ({
        besideLaw: (frame) => lawOfRounds(rounds, frame).diffusedScore,
        lawOfTraining: (frame) => lawOfRounds(rounds, frame),
      }),
    },
    options,
  );
}
