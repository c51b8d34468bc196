import * as tf from '@tensorflow/tfjs';
import { objectOf, requireFunction } from '../core/checks';
import type { Key } from '../graph/random';
import { flatten, unflatten, type Tensors } from '../graph/tensors';
import type { LogDensity } from '../distributions/log-density';
import type { StepRule } from './step-adaptation';

/** Where the chains are: what a kernel keeps of each of B rows. */
export type Point = {
  /** The positions [B, D]. */
  readonly theta: tf.Tensor2D;
  /** The log densities [B] there, without temperature. */
  readonly logProb: tf.Tensor1D;
};

/** What a kernel moves on: rows [B, D], of which row b has the log density coldness_b log p(theta). */
export interface Target {
  /** The density p. */
  readonly density: LogDensity;
  /** Inverse temperatures [B], ones without tempering. */
  readonly coldness: tf.Tensor1D;
  /** K, how many temperatures there are, whose rows follow each other. */
  readonly temperatures: number;
}

/** What warm-up finds out, for each row: proposals are `step` in units of `spread`. */
export interface Tuning {
  /** The step [B, 1], in units of `spread`. */
  readonly step: tf.Tensor2D;
  /** The standard deviation of the target by direction [B, D], as estimated from all chains. */
  readonly spread: tf.Tensor2D;
}

/** What one transition did. */
export interface Move<P extends Point = Point> {
  /** The rows afterwards. */
  readonly point: P;
  /** The probability [B] of accepting, or 1 for a kernel that never rejects. */
  readonly acceptance: tf.Tensor1D;
  /** Numbers [B] in [0, 1] that warm-up leads to the kernel's aim: larger ones ask for a longer step. */
  readonly statistic: tf.Tensor1D;
  /** 1 where the transition was rejected because its ratio was NaN or its energy error too large, else 0; [B]. */
  readonly diverged: tf.Tensor1D;
  /** The mean probability of exchanging neighbouring temperatures [K], 0 where it was not tried. */
  readonly exchanged: tf.Tensor1D;
}

/** A Markov transition that leaves a density unchanged: all that {@link sampleChains} knows of a sampler. */
export interface Kernel<P extends Point = Point> {
  /** Name and settings: two kernels of the same id do the same. */
  readonly id: string;
  /** Inverse temperatures [K], the first 1: each chain is K rows, and rows k C ... (k + 1) C - 1 have the k-th. */
  readonly inverseTemperatures: readonly number[];
  /**
   * Whether it takes changes of the log density from the score, and asks for no log density; the points' `logProb` then
   * counts from where the chain began. Default false.
   */
  readonly alongPath?: boolean;
  /** How warm-up finds the step. */
  readonly stepRule: StepRule;
  /** What the kernel keeps of rows theta [B, D]; the caller owns the tensors. */
  at(density: LogDensity, theta: tf.Tensor2D): P;
  /** A first step for each row's temperature [K], in units of the spread. */
  firstStep(target: Target, point: P, spread: tf.Tensor2D, key: Key): tf.Tensor1D;
  /** One transition of all rows, number `t` of the run. Pure tfjs, so that it is recorded into a graph. */
  transition(target: Target, point: P, tuning: Tuning, key: Key, t: tf.Scalar): Move<P>;
}

/** The log density [B] of rows [B, D], whatever trailing ones its shape has. */
export function logProbOf(density: LogDensity, theta: tf.Tensor2D): tf.Tensor1D {
  return tf.reshape(density.logProb(theta), [theta.shape[0]]);
}

/** `yes` in the rows where `condition` [B] holds, `no` in the others; all tensors have B rows. */
export function select<T extends Tensors>(condition: tf.Tensor1D, yes: T, no: T): T {
  const others = flatten(no, 'no');
  const chosen = flatten(yes, 'yes').map((tensor, i) =>
    tf.where(tensor.rank === 1 ? condition : tf.expandDims(condition, 1), tensor, others[i]),
  );
  return unflatten(yes, chosen);
}

/** The mean [K] over the chains of each temperature of numbers [K C]. */
export function meanByTemperature(values: tf.Tensor1D, temperatures: number): tf.Tensor1D {
  return tf.mean(tf.reshape(values, [temperatures, -1]), 1);
}

/** Numbers [K, D] of each temperature as rows [B, D] of each chain at it. */
export function byRow(values: tf.Tensor2D, rows: number): tf.Tensor2D {
  const [temperatures, dim] = values.shape;
  return tf.reshape(tf.tile(tf.expandDims(values, 1), [1, rows / temperatures, 1]), [rows, dim]);
}

/**
 * Refuses what is no kernel.
 * @param what the call in messages.
 * @throws InvalidInputError with what came.
 */
export function requireKernel(what: string, kernel: { readonly transition?: unknown }): void {
  const expected = 'a kernel, such as hmc()';
  requireFunction(`${what}: kernel`, objectOf(`${what}: kernel`, kernel, expected).transition, expected);
}
