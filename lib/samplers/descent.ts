import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import type { ComposedScore } from '../compose/composed-score';
import { foldKey, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';

/** What a sampler carries from round to round: the particles, and tensors of its own. */
export type DescentState = {
  /** The particles [B, D]. */
  readonly theta: tf.Tensor2D;
  readonly [name: string]: Tensors;
};

/**
 * A way from noise down to samples in numbered rounds. All of it is pure tfjs, so that it runs eagerly and in a graph.
 */
export interface Descent<S extends DescentState = DescentState> {
  /** Name and settings, as messages say them. */
  readonly name: string;
  /** Rounds at most. */
  readonly rounds: number;
  /** Rounds at most for a target of n observations, where those are more. Default: `rounds`. */
  roundsFor?(n: number): number;
  /** Score evaluations per particle of the whole descent; of an adaptive sampler, those of one step. */
  readonly calls: number;
  /** The state before the first round, from draws of N(0, I) [B, D]. */
  start(target: ComposedScore, noise: tf.Tensor2D): S;
  /** The state after round k = 0, 1, ..., an int32 scalar; all randomness from `key`, which is the whole draw's. */
  round(target: ComposedScore, state: S, k: tf.Scalar, key: Key): S;
  /** The samples [B, D] of the last state. Default: its particles. */
  finish?(target: ComposedScore, state: S): tf.Tensor2D;
  /** The like steps of one round, where there are several, so that an error can name the one that diverged. */
  readonly parts?: {
    readonly name: string;
    readonly count: number;
    step(target: ComposedScore, theta: tf.Tensor2D, k: tf.Scalar, key: Key, s: tf.Scalar): tf.Tensor2D;
  };
  /** The distance from zero beyond which particles have diverged. Default: that of the largest float32. */
  readonly bound?: number;
  /** The largest overshoot so far, a scalar: a factor by which a step took deviations too far. */
  overshoot?(state: S): tf.Scalar;
  /** Where rounds may end early: the numbers of particles that still move, and of those that will never arrive. */
  unfinished?(state: S): { moving: tf.Scalar; stuck: tf.Scalar };
}

/** The number that makes the key of round k's random score of the draw's: beyond those of all rounds. */
const ofScores = 1_000_003;

/** A score that is itself drawn at random, as round k has it; any other as it is. */
export function drawnFor(target: ComposedScore, k: tf.Scalar, key: Key): ComposedScore {
  return target.redrawn?.(foldKey(key, tf.add(k, tf.scalar(ofScores, 'int32')) as tf.Scalar)) ?? target;
}

/** Round k of a descent. */
export function roundOf<S extends DescentState>(
  descent: Descent<S>,
  target: ComposedScore,
  state: S,
  k: tf.Scalar,
  key: Key,
): S {
  return descent.round(drawnFor(target, k, key), state, k, key);
}

/**
 * Refuses a score that is not a diffused density's.
 * @throws InvalidInputError for one that is composed of several observations' scores.
 */
export function requireDiffused({ n, isDiffused }: Pick<ComposedScore, 'n' | 'isDiffused'>, what: string): void {
  demand(
    what,
    isDiffused,
    'the score of a diffused posterior',
    `one composed of the scores of ${n} observations, which is none between data and noise`,
    'predictorCorrector() and annealedLangevin() draw from it: their Langevin steps follow it level by level.',
  );
}
