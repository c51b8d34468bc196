import { objectOf, requireCount } from '../../core/checks';
import type { Prior } from '../../distributions/prior';
import type { FitSettings } from '../../training/fit-settings';
import type { TrainingLength } from '../../training/training-length';
import type { DensityDefinition } from '../../nn/density/density-definition';
import type { EmbeddingDefinition } from '../../nn/embedding/embedding';
import { npe, type NpeEstimator } from '../density/npe';
import { trainPosteriorDensity, type PosteriorDensityTraining } from '../density/train-posterior-density';
import type { MethodSpec, RoundsSoFar, SequentialMethod, TrainingContext } from './sequential-method';

/** How the density is trained in each round; what is not given, in the group `fit` too, is as in `npe.train`. */
export interface DensityRoundsOptions {
  /** The density q(theta | x). */
  density?: DensityDefinition;
  /** What the density sees of x. */
  embedding?: EmbeddingDefinition;
  /** Networks from different starts, whose mixture is the density. */
  members?: number;
  /** Give the network theta and x with mean 0 and standard deviation 1, those of the first round. */
  standardise?: boolean;
  /** Let the density learn only what a linear Gaussian fit, that of the first round, leaves. */
  gaussian?: boolean;
  /**
   * Begin each round with new weights, and mean and standard deviation of all rounds, instead of the weights of the
   * round before. Default false.
   */
  anew?: boolean;
  /** How the weights are fitted. Rounds that go on from earlier weights, but for the last, have 2,000 steps at most. */
  fit?: FitSettings;
}

/** How long training lasts between the first round and the last: it goes on from the round before. */
const onTheWay: TrainingLength = { steps: 2000, patience: 1 / 5 };

/** What tells one method that trains a density from another. */
export interface DensityRounds extends Pick<SequentialMethod<NpeEstimator>, 'check' | 'propose'> {
  /** The method's name. */
  readonly name: string;
  /** Settings of its own, for the record; JSON. */
  readonly own?: Readonly<Record<string, unknown>>;
  /** The prior in the coordinates that the density is to be of. Default: the prior as it is. */
  inCoordinates?(prior: Prior): Prior;
  /** The loss of a round, and what it looks at besides theta and x. Default: maximum likelihood. */
  learn?(
    rounds: RoundsSoFar,
    context: TrainingContext<NpeEstimator>,
  ): Promise<Pick<PosteriorDensityTraining, 'loss' | 'also'>>;
}

/**
 * A method that trains a density q(theta | x) on the simulations of all rounds.
 * @param what the function that makes it, in messages.
 */
export function densityRounds(
  what: string,
  { name, own, learn, inCoordinates = (prior) => prior, ...method }: DensityRounds,
  options: DensityRoundsOptions,
): SequentialMethod<NpeEstimator> {
  const { defaultSettings } = npe;
  const { density, embedding, members, standardise, gaussian, fit, anew } = {
    anew: false,
    ...defaultSettings,
    ...objectOf(`${what}: options`, options),
  };
  requireCount(`${what}: members`, members);
  const settings = { ...defaultSettings.fit, ...objectOf(`${what}: fit`, fit) };
  const spec: MethodSpec = {
    name,
    density: density.spec,
    embedding: embedding.spec,
    ...{ members, standardise, gaussian, anew, fit: settings, ...own },
  };
  return {
    spec,
    ...method,
    train: async (rounds, context) => {
      const { seed, work, before, isLast } = context;
      const estimator = await trainPosteriorDensity(what, rounds.simulations, {
        ...{ prior: inCoordinates(context.prior), density, embedding, members, standardise, gaussian },
        fit: { ...settings, ...work, seed },
        ...(await learn?.(rounds, context)),
        ...(before && !anew && { before, ...(!isLast && { length: onTheWay }) }),
        partSizes: rounds.sizes,
        size: { rounds: rounds.sizes.length },
      });
      const { steps, validationLoss } = estimator.fit;
      context.tell({ steps, validationLoss });
      return estimator;
    },
    restore: (record, { prior }: { prior: Prior }) =>
      npe.restore(record, { prior: inCoordinates(prior), density, embedding }),
  };
}
