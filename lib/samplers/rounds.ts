import * as tf from '@tensorflow/tfjs';
import { InterruptedError, NonFiniteError } from '../core/errors';
import { breathe } from '../core/host';
import { FlowOdeError } from './flow-ode-error';

/** Longest time that a graph call should keep the event loop waiting. */
const callMilliseconds = 120;

/** A state's particles, and where rounds may end early, those that still move and those that never arrive. */
export interface RoundState {
  readonly theta: tf.Tensor2D;
  readonly moving?: number;
  readonly stuck?: number;
}

/** Numbered rounds that run in calls of about 120 ms, between which progress shows and an interrupt is heard. */
export interface Rounds<S> {
  /** What errors call it. */
  readonly id: string;
  /** Rounds at most. */
  readonly rounds: number;
  /** The state after `count` rounds from round k on; it owns its tensors, and the one before stays. */
  advance(state: S, k: number, count: number): S;
  /** What is looked at between calls. */
  look(state: S): RoundState;
  /** Disposes a state. */
  dispose(state: S): void;
  /** What else an error of numbers that are not finite says. */
  readonly remedy: string;
}

/**
 * The last state of the rounds; `first` is disposed.
 * @param onRounds hears how many rounds are left.
 * @throws NonFiniteError where particles leave the finite numbers, FlowOdeError where they do not arrive, and InterruptedError.
 */
export async function runRounds<S>(
  { id, rounds, advance, look, dispose, remedy }: Rounds<S>,
  first: S,
  signal: AbortSignal,
  onRounds: (left: number) => void,
): Promise<S> {
  let state = first;
  let count = 1;
  try {
    let left = rounds;
    let open = { moving: 0, stuck: 0 };
    while (left > 0) {
      const now = Math.min(count, left);
      const started = performance.now();
      const next = advance(state, rounds - left, now);
      dispose(state);
      state = next;
      const { theta, moving, stuck = 0 } = look(state);
      if (!Number.isFinite(tf.tidy(() => theta.abs().max().dataSync()[0]))) {
        throw new NonFiniteError(
          `Sampling with ${id} left the finite numbers between levels ${left} and ${left - now + 1} of ${rounds + 1}. ${remedy}`,
        );
      }
      open = { moving: moving ?? 0, stuck };
      left = moving === 0 ? 0 : left - now;
      onRounds(left);
      await breathe();
      if (signal.aborted) throw new InterruptedError(`Sampling was interrupted at level ${left} of ${rounds + 1}.`);
      count = Math.max(1, Math.round((callMilliseconds / (performance.now() - started)) * now));
    }
    if (open.moving + open.stuck > 0)
      throw new FlowOdeError(id, { unconverged: open.moving + open.stuck, stuck: open.stuck, rounds });
    return state;
  } catch (error) {
    dispose(state);
    throw error;
  }
}
