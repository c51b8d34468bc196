import * as tf from '@tensorflow/tfjs';
import type { Proposal } from '../../contract/proposal';
import { objectOf } from '../../core/checks';
import { rng } from '../../core/rng';
import type { Prior } from '../../distributions/prior';
import { proposalOf } from '../../simulation/proposal';
import type { FitOptions } from '../../training/fit-settings';
import { amortisedWithin } from '../amortised-region';
import type { TrainingPairs } from '../check-pairs';
import type { Frame } from '../frame';
import type { EmulatedPairs } from '../score/emulated-pairs';
import type { Simulations } from '../../simulation/simulations';
import { nle } from '../likelihood/nle';
import { npse, npseMethod } from '../score/npse';
import type { ScoreEstimator } from '../score/score-estimator';
import type { ScorePosterior } from '../score/score-posterior';
import { trainScoreEstimator, type NpseSettings } from '../score/train-score-estimator';
import { regionOfDraws, regionOfPosterior } from './highest-density-region';
import type { RoundProposal, SequentialMethod } from './sequential-method';
import { checkedTruncation, truncatedPrior, type TruncationOptions } from './truncated-prior';

/** Emulated pairs beyond which more are of no use. */
const mostEmulated = 100_000;

/** Draws that tell where the estimator is right, where the region itself is that of the flow. */
const toldBy = 2_000;

/** Options of {@link tsnpse}: those of `npse.train`, but for what the run itself knows. */
export interface TsnpseOptions extends Omit<NpseSettings, 'signal' | 'progress'> {
  /**
   * Emulated pairs for each simulation that the last round learns from besides, at most 100,000 in all: parameters of
   * the truncated prior, with data drawn from a likelihood q(x | theta) that NLE learns from the simulations of all
   * rounds. They are kept where they help on held-out simulations, and left out where simulations were dropped, which
   * would bias them. Default 9; 0: none.
   */
  emulated?: number;
  /** How the prior is truncated. */
  truncation?: TruncationOptions;
  /**
   * Find the region by the estimator's own log density, the probability flow's, as in the paper, in place of a mixture
   * of Gaussians that is fitted to its draws; slower by minutes a round. Default false.
   */
  byFlow?: boolean;
  /**
   * Train on the simulations of all rounds, as in the paper, in place of those within the last region. Default false.
   */
  allRounds?: boolean;
}

/**
 * TSNPSE: the score of the posterior by plain denoising score matching, on simulations whose parameters come from the
 * prior within the highest-density region of the last posterior.
 *
 * Within that region the law of the parameters is in proportion to the prior, so that the loss needs no correction
 * where the posterior given the observations lies inside. Simulations of earlier rounds that lie inside follow the same
 * law, and are learned from again; those outside are left out, so that means, scales and the Gaussian with which
 * training starts are those of the region. Each round begins with new weights, and reports `acceptance`, the share of
 * the prior inside, `inside`, the number of simulations learned from, and where the acceptance is small `effective`,
 * the effective size of what was resampled in its place.
 *
 * The estimator is right where a posterior lies within the region of the last round: for the observations of the run,
 * and such as have about the same posterior. Others it refuses, at the first draw, density or mode: those of whose
 * posterior more than a fifth lies at the rim of the region or beyond.
 * @param options see {@link TsnpseOptions}; what is not given is that of `npse.defaultSettings`.
 * @returns a method for `inRounds`, for any number of observations.
 * @throws InvalidInputError for shares outside of [0, 1), or a number of draws below 1,000.
 * Source: Sharrock et al. (2024), "Sequential neural score estimation", algorithm 2; Deistler et al. (2022). The region
 * of draws, the choice of simulations and the emulated pairs of the last round are ours.
 * @example
 * const method = sequential.tsnpse({ fit: { maxEpochs: 3 } });
 * const run = await inRounds(task, [[1, 2]], method, { rounds: 2, calls: 400, seed: 1 });
 * run.rounds[1].method.acceptance; // a share of the prior
 */
export function tsnpse(options: TsnpseOptions = {}): SequentialMethod<ScoreEstimator> {
  const {
    truncation = {},
    byFlow = false,
    allRounds = false,
    emulated = 9,
    ...given
  } = objectOf('tsnpse: options', options);
  const checked = checkedTruncation('tsnpse', {
    ...{ massOutside: 5e-4, draws: 20_000 },
    ...objectOf('tsnpse: truncation', truncation),
  });
  const settings = { ...npse.defaultSettings, ...given, fit: { ...npse.defaultSettings.fit, ...given.fit } };
  const { network, levels, ...rest } = settings;
  return {
    spec: {
      name: 'TSNPSE',
      ...{ network: network.spec, levels: levels.spec, ...rest },
      ...{ truncation: checked, byFlow, allRounds, emulated },
    },
    train: async ({ simulations }, { prior, seed, work, tell, proposal, isLast }) => {
      const pairs = await pairsInside(simulations, allRounds ? undefined : proposal);
      const count = Math.min(mostEmulated, Math.round(emulated * pairs.theta.shape[0]));
      const region = proposal?.amortised;
      try {
        const estimator = await trainScoreEstimator(
          { ...npseMethod, ...(region && { own: { region } }) },
          pairs,
          { ...settings, ...work, prior, seed, emulated: isLast ? emulated : 0 },
          {
            emulate: (frame, fit) =>
              emulatedInside(simulations, proposal ?? proposalOf(prior), { count, prior, frame }, fit),
          },
        );
        const { steps, validationLoss } = estimator.fit;
        tell({ steps, validationLoss, inside: pairs.theta.shape[0] });
        return region ? amortisedWithin(estimator, region) : estimator;
      } finally {
        tf.dispose([pairs.theta, pairs.x]);
      }
    },
    propose: async (estimator, context) => {
      const { prior, xObs, seed, work } = context;
      const options = { seed, signal: work.signal, progress: false };
      const given = (): ScorePosterior => estimator.given(xObs);
      const ofDraws = await regionOfDraws(given(), prior, byFlow ? { ...checked, draws: toldBy } : checked, options);
      const region = byFlow ? await regionOfPosterior(given(), checked, options) : ofDraws;
      const amortised = { xObs, mixture: ofDraws.mixture, rim: ofDraws.rim };
      return { ...truncatedPrior(region, checked.leastAcceptance, context), amortised };
    },
    restore: (record, { prior }) => npse.restore(record, { prior }),
  };
}

/**
 * Pairs of parameters that are proposed, and data of a likelihood that is learned from simulations of all rounds, since
 * it is the same whatever law drew the parameters.
 */
async function emulatedInside(
  pairs: TrainingPairs,
  proposal: Proposal,
  { count, prior, frame }: { count: number; prior: Prior; frame: Frame },
  { seed, signal, progress, within }: FitOptions,
): Promise<EmulatedPairs> {
  const source = rng(seed).fork(-2);
  const [ofTraining, ofTheta, ofData] = [0, 1, 2].map((k) => source.fork(k).integer(0, 2 ** 31));
  const likelihood = await nle.train(pairs, { prior, seed: ofTraining, signal, progress, within });
  const made: tf.Tensor[] = [];
  try {
    const theta = await proposal.sample(count, { seed: ofTheta, signal, progress: false });
    made.push(theta);
    const x = await likelihood.simulate(theta, { seed: ofData, signal, progress: false });
    made.push(x);
    return { pairs: tf.tidy(() => [frame.toNetwork(theta), frame.toData(x)]), fit: likelihood.fit };
  } finally {
    tf.dispose(made);
    likelihood.dispose();
  }
}

/** The simulations that lie within a proposal's region, which the caller disposes. */
async function pairsInside(
  { theta, x, proposed, dropped }: Simulations,
  proposal?: RoundProposal,
): Promise<TrainingPairs> {
  const inside = await proposal?.inside?.(theta);
  if (!inside) return { theta: theta.clone(), x: x.clone(), proposed, dropped };
  const rows = tf.tensor1d(inside, 'int32');
  const pairs = { theta: tf.gather(theta, rows), x: tf.gather(x, rows), proposed, dropped };
  rows.dispose();
  return pairs;
}
