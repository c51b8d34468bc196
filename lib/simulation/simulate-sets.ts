import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireCount } from '../core/checks';
import { counted, described } from '../core/description';
import { rng, type Rng } from '../core/rng';
import { priorSamples } from '../distributions/prior-samples';
import { lazyTensor } from './lazy-tensor';
import { simulateAs, type SimulateOptions } from './simulate';
import type { Collected } from './simulation-buffer';
import type { Model } from './model';

/** Parameters and, for each, a set of observations simulated from it: 1 to `maxObservations` of them. */
export interface ObservationSets {
  /** The parameters [M, D]. */
  readonly theta: tf.Tensor2D;
  /** The observations [M, maxObservations, L]: those of a set first, then zeros. */
  readonly x: tf.Tensor3D;
  /** The number of observations of each set [M], int32. */
  readonly counts: tf.Tensor1D;
  /** Simulator calls made, those of dropped sets included: the cost. */
  readonly calls: number;
  /**
   * Sets left out because the call of an observation failed, or gave NaN or infinity; after an interrupt also those
   * that were not finished.
   */
  readonly dropped: number;
  /** Frees the tensors. */
  dispose(): void;
}

/** Options of `simulateSets`; the `seed` gives the parameters, the sizes of the sets and the data. */
export interface SimulateSetsOptions extends Omit<SimulateOptions, 'theta' | 'proposal'> {
  /** Simulator calls to spend. Default 10,000. */
  calls?: number;
  /** The largest set. Default 10. */
  maxObservations?: number;
}

/**
 * Draws sets of observations, theta ~ prior, n ~ Unif{1, ..., maxObservations}, x_1, ..., x_n ~ simulator(theta), until
 * exactly `calls` simulator calls are spent; the last set is cut to what is left. The caller disposes.
 *
 * A set of n observations costs n calls, so 10,000 calls are about 1,818 sets of at most 10. Theta and size of set i
 * depend on the seed and i only, the data of call k on the seed and k only: they are the same for any number of
 * workers, and a larger budget begins with a smaller one's sets. With `invalid: 'drop'` a set with an invalid
 * observation is left out as a whole: a posterior given n observations is about n draws that are all valid, not about
 * the n valid ones among more draws.
 * @throws InvalidInputError before work where `calls` or `maxObservations` is not a positive whole number, and as
 * `simulate`.
 * @throws SimulationError, NonFiniteError and InterruptedError as `simulate`, with the whole, finite sets so far as
 * `partial`.
 * Source: Geffner et al., appendix B.2.
 * @example
 * const sets = await simulateSets(task, { calls: 1_000, maxObservations: 5, seed: 1 });
 * sets.x.shape[1]; // 5
 */
export async function simulateSets(model: Model, options: SimulateSetsOptions): Promise<ObservationSets> {
  const {
    calls = 10_000,
    maxObservations = 10,
    ...simulateOptions
  } = objectOf('simulateSets: options', options, '{ seed }');
  requireCount('simulateSets: calls', calls);
  requireCount('simulateSets: maxObservations', maxObservations);
  return simulateAs(model, calls, { ...simulateOptions, seed: options.seed }, () => {
    const sizes = setSizes(rng(options.seed), calls, maxObservations);
    return {
      thetas: repeated(model, sizes, options.seed),
      form: (rows) => setsOf(rows, sizes, maxObservations, model.prior.dim),
    };
  });
}

/** The sizes of the sets that make up `calls` calls. */
function setSizes(root: Rng, calls: number, most: number): number[] {
  const sizes: number[] = [];
  for (let left = calls; left > 0; left -= sizes[sizes.length - 1]) {
    // an item's forks 0 and 1 are its parameters' and its data's
    const size = root
      .fork(sizes.length)
      .fork(2)
      .integer(1, most + 1);
    sizes.push(Math.min(size, left));
  }
  return sizes;
}

/** The parameters of each call: those of its set. */
function repeated({ prior }: Model, sizes: readonly number[], seed: number): Float32Array {
  const drawn = priorSamples(prior, sizes.length, seed);
  const each = drawn.dataSync<'float32'>();
  drawn.dispose();
  const calls = sizes.reduce((sum, size) => sum + size, 0);
  const thetas = new Float32Array(calls * prior.dim);
  let call = 0;
  sizes.forEach((size, i) => {
    const theta = each.subarray(i * prior.dim, (i + 1) * prior.dim);
    demand(
      `simulateSets: the prior's draw ${i}`,
      theta.every(Number.isFinite),
      `${prior.dim} finite numbers`,
      Array.from(theta),
    );
    for (let j = 0; j < size; j++) thetas.set(theta, call++ * prior.dim);
  });
  return thetas;
}

/** The sets of which every call is among the rows; undefined where there are none. */
function setsOf(
  { items, theta, x, rows, calls }: Collected,
  sizes: readonly number[],
  most: number,
  dim: number,
): ObservationSets | undefined {
  const width = x.length / rows;
  const starts: number[] = [];
  const counts: number[] = [];
  let [row, end] = [0, 0];
  for (const size of sizes) {
    end += size;
    const start = row;
    while (row < rows && items[row] < end) row++;
    if (row - start < size) continue;
    starts.push(start);
    counts.push(size);
  }
  if (counts.length === 0) return undefined;
  const thetas = new Float32Array(counts.length * dim);
  const padded = new Float32Array(counts.length * most * width);
  starts.forEach((start, i) => {
    thetas.set(theta.subarray(start * dim, (start + 1) * dim), i * dim);
    padded.set(x.subarray(start * width, (start + counts[i]) * width), i * most * width);
  });
  const tensors = {
    theta: lazyTensor(() => tf.tensor2d(thetas, [counts.length, dim])),
    x: lazyTensor(() => tf.tensor3d(padded, [counts.length, most, width])),
    counts: lazyTensor(() => tf.tensor1d(counts, 'int32')),
  };
  const sets: ObservationSets = {
    get theta() {
      return tensors.theta.get();
    },
    get x() {
      return tensors.x.get();
    },
    get counts() {
      return tensors.counts.get();
    },
    calls,
    dropped: sizes.length - counts.length,
    dispose: () => Object.values(tensors).forEach((each) => each.dispose()),
  };
  return described(sets, () => ({
    title:
      `${counted(counts.length, 'set')} of observations: ` +
      `${counted(dim, 'parameter')}, ${counted(width, 'data value')}`,
    facts: {
      sizes: `1 to ${most} observations`,
      cost: counted(calls, 'simulator call') + (sets.dropped > 0 ? `, ${counted(sets.dropped, 'set')} dropped` : ''),
      next: 'flowNpe.train(sets, { prior, seed: 1 })',
    },
    variable: 'sets',
    givenBy: 'simulateSets',
  }));
}
