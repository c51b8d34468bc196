import * as tf from '@tensorflow/tfjs';
import { diffusedPriorScore } from '../score/diffused-prior-score';
import { lawOfRounds } from './mixture-proposal';
import { scoreRounds, type ScoreRoundsOptions } from './score-rounds';
import type { SequentialMethod } from './sequential-method';
import type { ScoreEstimator } from '../score/score-estimator';

/**
 * SNPSE-C: a network s(theta, t, x) whose sum with grad log p~_t(theta) - grad log p_t(theta), the diffused scores of
 * the proposals and the prior, is trained as the score of the posterior under the proposals.
 *
 * At t = 0 s is then the score of the posterior under the prior. At t > 0 it is not the score of that posterior
 * diffused, since diffusion and the quotient of the laws do not commute; it is followed as if it were, as in the paper,
 * which reports that this fails. It is here to be compared with: `sequential.tsnpse()` needs no correction.
 * @param options see {@link ScoreRoundsOptions}; what is not given is that of `npse.defaultSettings`.
 * @returns a method for `inRounds`, for one observation or several.
 * @throws InvalidInputError for options that are no record; in `inRounds`, what `npse.train` throws.
 * Source: Sharrock et al. (2024), "Sequential neural score estimation", appendix on SNPSE-C;
 * the closed-form proposals are ours.
 * @example
 * const method = sequential.snpseC({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 */
export function snpseC(options: ScoreRoundsOptions = {}): SequentialMethod<ScoreEstimator> {
  return scoreRounds(
    'snpseC',
    {
      kind: 'snpse-c',
      name: 'SNPSE-C',
      method: (rounds) => ({
        isLawLeftOut: true,
        besideLaw: (frame) => {
          const [proposals, prior] = [lawOfRounds(rounds, frame).diffusedScore, diffusedPriorScore(frame)];
          // the network's own start has the score of N(0, I), which a law takes the place of
          return (theta, level) => tf.sub(tf.sub(proposals(theta, level), prior(theta, level)), theta) as tf.Tensor2D;
        },
      }),
    },
    options,
  );
}
