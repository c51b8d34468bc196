import * as tf from '@tensorflow/tfjs';
import { demand } from '../../core/checks';
import { npe, type NpeEstimator } from '../density/npe';
import { densityRounds, type DensityRoundsOptions } from './density-rounds';
import type { RoundsSoFar, SequentialMethod, TrainingContext } from './sequential-method';
import { meanOneWeights } from './mean-one-weights';
import { weightedLikelihood } from './weighted-likelihood';

/**
 * SNPE-B: a density q(theta | x) of any kind, proposals from the last posterior, and simulations of all rounds with
 * importance weights w = p(theta) / proposal(theta), where the proposal is the mixture of all rounds' by their sizes.
 *
 * Where posteriors are much narrower than the prior, few simulations of the later rounds have much weight: each round
 * reports `effective`, the effective sample size (sum w)^2 / sum w^2. SNPE-C does without weights.
 * @param options see {@link DensityRoundsOptions}.
 * @returns a method for `inRounds`, for one observation.
 * @throws InvalidInputError for members that are not a positive whole number; in `inRounds` for several observations.
 * Source: Lueckmann et al. (2017), "Flexible statistical inference for mechanistic models of neural dynamics".
 * @example
 * const method = sequential.snpeB({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 * run.rounds[1].method.effective; // a number of simulations
 */
export function snpeB(options: DensityRoundsOptions = {}): SequentialMethod<NpeEstimator> {
  return densityRounds(
    'snpeB',
    {
      name: 'SNPE-B',
      check: (_, { length }) =>
        demand(
          'snpeB: xObs',
          length === 1,
          'one observation, whose posterior has a normalised density',
          `${length}`,
          'SNPE-C takes several.',
        ),
      learn: async (rounds, context) => {
        if (!context.before) return {};
        const logPrior = await valuesOf(context.prior.logProb(rounds.simulations.theta));
        const logWeights = importanceWeights(
          logPrior,
          await proposalDensities(rounds, context, logPrior, options),
          rounds.sizes,
        );
        const weights = meanOneWeights(logWeights, { method: 'SNPE-B', other: 'snpeC' }, context);
        return { loss: weightedLikelihood, also: () => [tf.tensor2d(weights, [weights.length, 1])] };
      },
      propose: (estimator, { xObs }) => estimator.given(xObs),
    },
    options,
  );
}

/**
 * log w of each simulation: log p less the log of the mixture of the rounds' proposals by their sizes.
 * @param logProposals the log densities of each round's proposal at all parameters.
 */
export function importanceWeights(
  logPrior: Float32Array,
  logProposals: readonly Float32Array[],
  sizes: readonly number[],
): Float64Array {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const logShares = sizes.map((size) => Math.log(size / total));
  return Float64Array.from(logPrior, (value, i) => {
    const each = logProposals.map((logProposal, s) => logShares[s] + logProposal[i]);
    const top = Math.max(...each);
    return value - top - Math.log(each.reduce((sum, one) => sum + Math.exp(one - top), 0));
  });
}

/** log proposal(theta) at all parameters of each round's law: the prior, then the posteriors of the rounds before. */
async function proposalDensities(
  { simulations: { theta }, records }: RoundsSoFar,
  { prior, xObs, before, work }: TrainingContext<NpeEstimator>,
  logPrior: Float32Array,
  { density, embedding }: DensityRoundsOptions,
): Promise<Float32Array[]> {
  const densities = [logPrior];
  const quiet = { ...work, progress: false };
  for (const [round, record] of records.entries()) {
    const isLast = round === records.length - 1;
    const estimator = isLast ? before! : npe.restore(record, { prior, density, embedding });
    const posterior = estimator.given(xObs);
    try {
      densities.push(await valuesOf(posterior.density.logProb(theta, quiet)));
    } finally {
      posterior.dispose();
      if (!isLast) estimator.dispose();
    }
  }
  return densities;
}

async function valuesOf(tensor: tf.Tensor | Promise<tf.Tensor>): Promise<Float32Array> {
  const own = await tensor;
  const values = own.dataSync<'float32'>().slice();
  own.dispose();
  return values;
}
