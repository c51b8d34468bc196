import * as tf from '@tensorflow/tfjs';
import type { Proposal } from '../../contract/proposal';
import type { Posterior } from '../../contract/posterior';
import type { Score } from '../../diffusion/noise-level';
import { mixture } from '../../distributions/mixture';
import type { Prior, ScoredPrior } from '../../distributions/prior';
import { priorSamples } from '../../distributions/prior-samples';
import { unconstrained } from '../../distributions/unconstrained';
import { unconstrainedPrior } from '../../distributions/unconstrained-prior';
import { fittedMixture, fittedPrior, mixtureOfNumbers, numbersOfMixture, type MixtureNumbers } from '../fitted-mixture';
import type { Frame } from '../frame';
import type { ParameterLaw } from '../score/parameter-law';

/** Draws of a posterior that a proposal is fitted to. */
const draws = 1_000;

/**
 * A posterior as a proposal whose density and diffused score are known in closed form: the mixture of Gaussians that is
 * fitted to its draws, in unconstrained coordinates. The posterior stays its owner's.
 */
export async function mixtureProposal(
  posterior: Posterior,
  prior: Prior,
  options: { seed: number; signal?: AbortSignal },
): Promise<MixtureNumbers> {
  const drawn = await posterior.sample(draws, { ...options, progress: false });
  const law = fittedMixture(drawn, prior, options.seed);
  drawn.dispose();
  return numbersOfMixture(law);
}

/** Draws of a mixture of unconstrained parameters as parameters. */
export function proposalOfMixture(numbers: MixtureNumbers, prior: Prior): Proposal {
  const law = mixtureOfNumbers(numbers);
  return {
    dim: prior.dim,
    sample: async (count, { seed }) => {
      const z = priorSamples(law, count, seed);
      const theta = tf.tidy(() => unconstrained(prior).toConstrained(z));
      z.dispose();
      return theta;
    },
  };
}

/** The mixture, by their sizes, of what proposed the parameters of all rounds: the prior, then mixtures. */
export interface RoundsLaw {
  readonly sizes: readonly number[];
  readonly proposals: readonly MixtureNumbers[];
}

/** The unconstrained law of all rounds' parameters. */
function unconstrainedLaw({ sizes, proposals }: RoundsLaw, ofPrior: ScoredPrior): ScoredPrior {
  return mixture(
    [ofPrior, ...proposals.map(mixtureOfNumbers)].map((component, k) => ({ weight: sizes[k], component })),
  );
}

/** The law of all rounds' parameters, as scores need it, and its score after diffusion. */
export function lawOfRounds(
  rounds: RoundsLaw,
  { prior, config }: Frame,
): ParameterLaw & { readonly diffusedScore: Score } {
  const ofPrior = unconstrainedPrior(prior);
  const law = unconstrainedLaw(rounds, ofPrior);
  const { toUnconstrained, logAbsDetJacobian } = unconstrained(prior);
  const { mean, std } = config.theta;
  const toZ = (y: tf.Tensor2D): tf.Tensor2D => tf.add(tf.mul(y, tf.tensor1d(std)), tf.tensor1d(mean));
  const diffused = law.diffused ?? unconstrainedLaw(rounds, fittedPrior(prior)).diffused!;
  return {
    id: `rounds ${rounds.sizes.length}`,
    logProb: (theta) => {
      const z = toUnconstrained(theta);
      return tf.sub(law.logProb(z), logAbsDetJacobian(z)) as tf.Tensor1D;
    },
    score: (y) => tf.mul(law.score(toZ(y)), tf.tensor1d(std)),
    diffusedScore: diffused.standardised(mean, std).score,
  };
}
