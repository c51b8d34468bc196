import * as tf from '@tensorflow/tfjs';
import { NonFiniteError } from '../../core/errors';
import type { LongWorkOptions } from '../../core/host';
import type { Rng } from '../../core/rng';
import { unconstrained } from '../../distributions/unconstrained';
import { rowViews } from '../../maths/moments';
import type { Model } from '../../simulation/model';
import { simulateAs, type SimulateOptions } from '../../simulation/simulate';
import type { Collected } from '../../simulation/simulation-buffer';
import { SimulationError } from '../../simulation/simulation-error';
import { unconstrainedRows } from './reject';

/** A simulation: its parameters in unconstrained coordinates [D], and its data [L]. */
export interface Simulated {
  readonly z: Float64Array;
  readonly x: ArrayLike<number>;
}

/** Simulator calls that may still be made. */
export interface CallBudget {
  /** How many are left. */
  readonly left: number;
  /** How many gave nothing to compare: they failed, or gave NaN or infinity. */
  readonly invalid: number;
  /**
   * Simulates `count` parameters drawn from the prior, or those of z, at most as many as are left.
   * @returns those whose data are finite.
   */
  spend(count: number, z?: readonly Float64Array[]): Promise<Simulated[]>;
}

/** What the calls of a budget have in common. */
export type CallOptions = Pick<SimulateOptions, 'workers' | 'invalid'> & Pick<LongWorkOptions, 'signal'>;

/** A budget of `calls` simulator calls; each spending has a seed of its own, derived from `source`. */
export function callBudget(model: Model, calls: number, source: Rng, options: CallOptions): CallBudget {
  const { prior } = model;
  const map = unconstrained(prior);
  let [left, invalid, spendings] = [calls, 0, 0];
  const thetasOf = (z: readonly Float64Array[]): Float32Array => {
    const table = z.map((row) => Array.from(row));
    return tf.tidy(() => Float32Array.from(map.toConstrained(tf.tensor2d(table)).dataSync<'float32'>()));
  };
  return {
    get left() {
      return left;
    },
    get invalid() {
      return invalid;
    },
    spend: async (count, z) => {
      const rows = Math.min(count, left);
      if (rows === 0) return [];
      const proposed = z?.slice(0, rows);
      const collected = await finiteRows(model, rows, proposed && thetasOf(proposed), {
        ...options,
        // that every call may fail is the caller's affair, who sees how many are left
        ...(options.invalid === 'drop' && { mostInvalid: 1 }),
        seed: source.fork(spendings++).integer(0, 2 ** 31),
        progress: false,
      });
      left -= rows;
      invalid += rows - (collected?.rows ?? 0);
      if (!collected) return [];
      const { theta, x, items } = collected;
      const data = rowViews(x, x.length / collected.rows);
      if (proposed) return data.map((row, i) => ({ z: proposed[items[i]], x: row }));
      const parameters = tf.tensor2d(theta, [collected.rows, prior.dim]);
      const drawn = unconstrainedRows(prior, parameters);
      parameters.dispose();
      return data.map((row, i) => ({ z: Float64Array.from(drawn[i]), x: row }));
    },
  };
}

/** The finite simulations; undefined where none is finite and that is allowed. */
async function finiteRows(
  model: Model,
  count: number,
  thetas: Float32Array | undefined,
  options: SimulateOptions,
): Promise<Collected | undefined> {
  try {
    return await simulateAs(model, count, options, () => ({
      ...(thetas && { thetas }),
      form: (rows) => rows,
      isSilent: true,
    }));
  } catch (error) {
    const isOfCalls = error instanceof SimulationError || error instanceof NonFiniteError;
    if (options.invalid === 'drop' && isOfCalls && error.partial === undefined) return undefined;
    throw error;
  }
}
