import type * as tf from '@tensorflow/tfjs';
import type { Estimator } from '../../contract/estimator';
import type { Proposal } from '../../contract/proposal';
import type { PartOptions } from '../../core/host';
import type { Prior } from '../../distributions/prior';
import type { EstimatorRecord } from '../../records/estimator-record';
import type { Simulations } from '../../simulation/simulations';
import type { AmortisedRegion } from '../amortised-region';

/** A method by name, with its settings; JSON, so that a run that is kept knows its own. */
export interface MethodSpec {
  /** The method's name in the literature, such as `SNPE-C`. */
  readonly name: string;
  readonly [setting: string]: unknown;
}

/** What the rounds so far have given, the one that is being trained included. */
export interface RoundsSoFar {
  /** The simulations of all rounds, one round after the other. */
  readonly simulations: Simulations;
  /** The number of simulations of each round. */
  readonly sizes: readonly number[];
  /** The estimators of the rounds before: the k-th proposed the parameters of the round after it. */
  readonly records: readonly EstimatorRecord[];
}

/** What a method knows in a round. */
export interface RoundContext {
  /** The model's prior. */
  readonly prior: Prior;
  /** The observations [n, L]. */
  readonly xObs: number[][];
  /** Seed of everything random here. */
  readonly seed: number;
  /** Puts numbers into the round's report, such as an effective sample size. */
  tell(facts: Readonly<Record<string, number>>): void;
  /** The interrupt and the display, for the options of long work. */
  readonly work: PartOptions;
}

/** What a method knows when it is to train. */
export interface TrainingContext<E> extends RoundContext {
  /** The estimator of the round before, to start from, say; the loop disposes it. Missing in the first round. */
  readonly before?: E;
  /** What this round's parameters were drawn from. Missing in the first round, whose are the prior's. */
  readonly proposal?: RoundProposal;
  /** Whether no round comes after this one. */
  readonly isLast: boolean;
}

/** A proposal for one round, which may hold tensors until the round is trained. */
export interface RoundProposal extends Proposal {
  /**
   * The numbers of the rows of theta [B, D] that lie in the region which the law is the prior of. Missing: it is no
   * truncated prior.
   */
  inside?(theta: tf.Tensor2D): Promise<number[]>;
  /** Where an estimator is right that is trained on what lies inside. */
  readonly amortised?: AmortisedRegion;
  /** Frees what it holds. */
  dispose?(): void;
}

/**
 * A method that goes in rounds: how it trains on simulations whose parameters were proposed, and what it proposes next.
 * {@link inRounds} does the rest.
 *
 * A method whose training is right for whatever law proposed the parameters, such as one that learns the likelihood, is
 * no more than `train: ({ simulations }, { prior, seed, work }) => nle.train(simulations, { prior, seed, ...work })`
 * and `propose: (estimator, { xObs }) => estimator.given(xObs)`.
 *
 * A method is a value: `{ ...method, propose: async (estimator, context) => ... }` that calls `method.propose` sees the
 * estimator of each round but the last, and the proposal, such as the region of a truncated prior by its `inside`.
 */
export interface SequentialMethod<E extends Estimator = Estimator> {
  /** Its name and settings. */
  readonly spec: MethodSpec;
  /**
   * Whether the last round is trained otherwise than those before it; where the posterior no longer moves, one more
   * round follows then.
   */
  readonly hasFinale?: boolean;
  /**
   * Refuses, before any work, what the method is not for.
   * @throws InvalidInputError with the reason.
   */
  check?(prior: Prior, xObs: number[][]): void;
  /** The estimator after a round, which the loop owns from here on. */
  train(rounds: RoundsSoFar, context: TrainingContext<E>): Promise<E>;
  /** The law of the next round's parameters. */
  propose(estimator: E, context: RoundContext): RoundProposal | Promise<RoundProposal>;
  /** The estimator of a record, to go on from. */
  restore(record: EstimatorRecord, options: { prior: Prior }): E;
}
