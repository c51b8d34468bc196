import * as tf from '@tensorflow/tfjs';
import { frameOf } from '../frame';
import { lawOfRounds } from './mixture-proposal';
import { scoreRounds, type ScoreRoundsOptions } from './score-rounds';
import type { SequentialMethod } from './sequential-method';
import { meanOneWeights } from './mean-one-weights';
import type { ScoreEstimator } from '../score/score-estimator';

/**
 * SNPSE-B: the score of the posterior by denoising score matching with importance weights w = p(theta) / p~(theta),
 * where p~ is the mixture of all rounds' proposals by their sizes.
 *
 * The weighted loss is least for the score of the diffused posterior under the prior, at every t. Where posteriors are
 * much narrower than the prior, few simulations of the later rounds have much weight: each round reports `effective`,
 * the effective sample size (sum w)^2 / sum w^2.
 * @param options see {@link ScoreRoundsOptions}; what is not given is that of `npse.defaultSettings`.
 * @returns a method for `inRounds`, for any number of observations.
 * @throws InvalidInputError for options that are no record; in `inRounds`, what `npse.train` throws.
 * Source: Sharrock et al. (2024), "Sequential neural score estimation", appendix on SNPSE-B;
 * the closed-form proposals are ours.
 * @example
 * const method = sequential.snpseB({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 */
export function snpseB(options: ScoreRoundsOptions = {}): SequentialMethod<ScoreEstimator> {
  return scoreRounds(
    'snpseB',
    {
      kind: 'snpse-b',
      name: 'SNPSE-B',
      method: () => ({}),
      weights: (theta, rounds, { prior, tell }) => {
        const dim = prior.dim;
        const none = {
          mean: new Array<number>(dim).fill(0),
          std: new Array<number>(dim).fill(1),
          lowest: [],
          highest: [],
        };
        const law = lawOfRounds(rounds, frameOf(prior, { theta: none, x: none }));
        const logWeights = tf.tidy(() => tf.sub(tf.reshape(prior.logProb(theta), [-1]), law.logProb(theta)).dataSync());
        const weights = meanOneWeights(logWeights, { method: 'SNPSE-B', other: 'tsnpse' }, { tell });
        return tf.tensor2d(weights, [weights.length, 1]);
      },
    },
    options,
  );
}
