import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount } from '../../core/checks';
import type { Prior } from '../../distributions/prior';
import type { NpeEstimator } from '../density/npe';
import type { Frame } from '../frame';
import { atomicLoss } from './atomic-loss';
import { densityRounds, type DensityRoundsOptions } from './density-rounds';
import type { SequentialMethod } from './sequential-method';

/** Options of {@link snpeC}. */
export interface SnpeCOptions extends DensityRoundsOptions {
  /** Parameters that each simulation's own are to be told from, its own included. Default 10. */
  atoms?: number;
}

/**
 * SNPE-C, automatic posterior transformation with atomic proposals: a density q(theta | x) of any kind, proposals from
 * the last posterior, and simulations of all rounds.
 *
 * The first round is plain maximum likelihood. From the second on, q is to tell each simulation's parameters from those
 * of others by q(theta | x) / p(theta), which is right whatever law proposed them; the simulations of the first round
 * keep their likelihood besides, so that no mass of q strays to where nothing is proposed. All is in the frame's
 * unconstrained coordinates, so that no posterior leaks beyond the prior's bounds.
 * @param options see {@link SnpeCOptions}.
 * @returns a method for `inRounds`.
 * @throws InvalidInputError for fewer than two atoms, or fewer than ten simulations for each in a later round.
 * Source: Greenberg et al. (2019), "Automatic posterior transformation for likelihood-free inference".
 * @example
 * const method = sequential.snpeC({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 */
export function snpeC(options: SnpeCOptions = {}): SequentialMethod<NpeEstimator> {
  const { atoms = 10, ...settings } = objectOf('snpeC: options', options);
  requireCount('snpeC: atoms', atoms, 2);
  return densityRounds(
    'snpeC',
    {
      name: 'SNPE-C',
      own: { atoms },
      learn: async ({ simulations: { theta }, sizes }, { prior, before }) => {
        if (!before) return {};
        // those that are held out must have others to be told from
        const rows = theta.shape[0];
        demand('snpeC: simulations', rows >= 10 * atoms, `at least ${10 * atoms}, ten for each atom`, rows);
        const isOfPrior = (): tf.Tensor2D =>
          tf.tensor2d(
            Float32Array.from({ length: rows }, (_, i) => Number(i < sizes[0])),
            [rows, 1],
          );
        return {
          loss: (model) => atomicLoss(model, atoms),
          also: (frame) => [logPriorOfY(prior, frame, theta), isOfPrior()],
        };
      },
      propose: (estimator, { xObs }) => estimator.given(xObs),
    },
    settings,
  );
}

/** log p(y) [N, 1] of the prior in the frame's coordinates, at y = toNetwork(theta). */
function logPriorOfY(prior: Prior, frame: Frame, theta: tf.Tensor2D): tf.Tensor2D {
  const rows = theta.shape[0];
  const lessVolume = frame.logProb(theta, tf.zeros([rows]));
  return tf.reshape(tf.sub(tf.reshape(prior.logProb(theta), [rows]), lessVolume), [rows, 1]);
}
