import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount } from '../../core/checks';
import { mixture, type MixtureOptions } from '../../nn/density/mixture';
import { npe } from '../density/npe';
import { trainPosteriorDensity } from '../density/train-posterior-density';
import { closedFormPrior } from './closed-form-prior';
import type { DensityRoundsOptions } from './density-rounds';
import type { RoundsSoFar, SequentialMethod } from './sequential-method';
import { restoreSnpeA, snpeAEstimator, type SnpeAEstimator } from './snpe-a-estimator';

/** Options of {@link snpeA}. */
export interface SnpeAOptions extends Omit<DensityRoundsOptions, 'density' | 'members' | 'gaussian' | 'anew'> {
  /** Gaussians in the last round; those before it have one. Default 8. */
  components?: number;
  /** Size of the mixture density network. */
  network?: Omit<MixtureOptions, 'components'>;
}

/**
 * SNPE-A: a mixture density network that learns the posterior under the proposal of its round, on that round's
 * simulations alone, and is divided by the proposal and multiplied by the prior in closed form.
 *
 * All rounds but the last have one Gaussian, which is the next round's proposal; the last has several and begins with
 * new weights. This happens in coordinates in which the prior is Gaussian or flat: for a uniform prior the parameters
 * themselves, where the posterior is cut off at the bounds when it is drawn from.
 * @param options see {@link SnpeAOptions}.
 * @returns a method for `inRounds`, for one observation; its runs throw FailedRoundError where the proposal's posterior
 * is wider than the proposal, so that their quotient is no Gaussian.
 * @throws InvalidInputError for sizes that are not positive whole numbers; in `inRounds` for several observations, and
 * for a prior that is neither normal, uniform, truncated normal nor log-normal.
 * Source: Papamakarios and Murray (2016), "Fast epsilon-free inference of simulation models with Bayesian conditional
 * density estimation", algorithms 1 and 2.
 * @example
 * const method = sequential.snpeA({ components: 2, fit: { maxEpochs: 20 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 1_000, seed: 1 });
 */
export function snpeA(options: SnpeAOptions = {}): SequentialMethod<SnpeAEstimator> {
  const { defaultSettings } = npe;
  const {
    components = 8,
    network = {},
    embedding = defaultSettings.embedding,
    standardise = true,
    fit,
  } = objectOf('snpeA: options', options);
  requireCount('snpeA: components', components);
  const settings = { ...defaultSettings.fit, ...fit };
  const [one, several] = [1, components].map((count) => mixture({ ...network, components: count }));
  return {
    spec: { name: 'SNPE-A', density: several.spec, embedding: embedding.spec, standardise, fit: settings },
    hasFinale: true,
    check: (prior, { length }) => {
      demand('snpeA: xObs', length === 1, 'one observation', `${length}`, 'sequential.snpeC() takes several.');
      closedFormPrior(prior);
    },
    train: async (rounds, { prior, xObs, seed, work, tell, before, isLast }) => {
      const { ofFrame } = closedFormPrior(prior);
      const density = isLast ? several : one;
      const posterior = before?.given(xObs);
      const pairs = lastRound(rounds);
      try {
        const proposed = await trainPosteriorDensity('snpeA', pairs, {
          ...{ prior: ofFrame, density, embedding, members: 1, standardise },
          fit: { ...settings, ...work, seed },
          ...(before && !isLast && { before: before.proposed }),
        });
        const { steps, validationLoss } = proposed.fit;
        tell({ steps, validationLoss });
        return snpeAEstimator(prior, proposed, { density, embedding }, posterior?.components[0]);
      } finally {
        tf.dispose([pairs.theta, pairs.x]);
        posterior?.dispose();
      }
    },
    propose: (estimator, { xObs }) => estimator.given(xObs),
    restore: (record, { prior }) => restoreSnpeA(record, prior, { embedding }),
  };
}

/** The pairs of the last round, which the caller disposes. */
function lastRound({ simulations: { theta, x }, sizes }: RoundsSoFar) {
  const size = sizes[sizes.length - 1];
  const ofRound = (rows: tf.Tensor2D): tf.Tensor2D => tf.slice(rows, [rows.shape[0] - size, 0], [size, -1]);
  return { theta: ofRound(theta), x: ofRound(x), proposed: sizes.length > 1 };
}
