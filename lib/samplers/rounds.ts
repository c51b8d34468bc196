import * as tf from '@tensorflow/tfjs';
import type { NonFiniteError } from '../core/errors';
import { inShortCalls } from '../core/short-calls';
import { staysWithin } from './divergence';
import { FlowOdeError } from './flow-ode-error';

/** A state's particles, and where rounds may end early, those that still move and those that never arrive. */
export interface RoundState {
  readonly theta: tf.Tensor2D;
  readonly moving?: number;
  readonly stuck?: number;
}

/** Numbered rounds that run in calls of about 120 ms, between which progress shows and an interrupt is heard. */
export interface Rounds<S> {
  /** What errors call it. */
  readonly name: string;
  /** Rounds at most. */
  readonly rounds: number;
  /** The state after `count` rounds from round k on; it owns its tensors, and the one before stays. */
  advance(state: S, k: number, count: number): S;
  /** What is looked at between calls. */
  look(state: S): RoundState;
  /** Disposes a state. */
  dispose(state: S): void;
  /** The distance from zero beyond which particles have diverged. Default: that of the largest float32. */
  readonly bound?: number;
  /** The error of the particles that diverged within `count` rounds from round k on, from the state before. */
  diverged(before: S, k: number, count: number): NonFiniteError;
}

/**
 * The last state of the rounds; `first` is disposed.
 * @param onRounds hears how many rounds are left.
 * @throws NonFiniteError where particles leave the finite numbers or the bound, FlowOdeError where they do not arrive,
 * and InterruptedError.
 */
export async function runRounds<S>(
  { name, rounds, advance, look, dispose, bound, diverged }: Rounds<S>,
  first: S,
  signal: AbortSignal,
  onRounds: (left: number) => void,
): Promise<S> {
  let state = first;
  let left = rounds;
  let open = { moving: 0, stuck: 0 };
  const call = (k: number, count: number): boolean => {
    const next = advance(state, k, count);
    const { theta, moving, stuck = 0 } = look(next);
    if (!tf.tidy(() => staysWithin(theta, bound).dataSync()[0])) {
      dispose(next);
      throw diverged(state, k, count);
    }
    dispose(state);
    state = next;
    open = { moving: moving ?? 0, stuck };
    left = moving === 0 ? 0 : rounds - k - count;
    onRounds(left);
    return left === 0;
  };
  try {
    await inShortCalls(rounds, call, {
      signal,
      interrupted: () => `Sampling was interrupted at level ${left} of ${rounds + 1}.`,
    });
    if (open.moving + open.stuck > 0)
      throw new FlowOdeError(name, { unconverged: open.moving + open.stuck, stuck: open.stuck, rounds });
    return state;
  } catch (error) {
    dispose(state);
    throw error;
  }
}
