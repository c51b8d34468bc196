import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireNumber } from '../core/checks';
import { InterruptedError } from '../core/errors';
import { breathe, longWork, type LongWorkOptions } from '../core/host';
import { rng, type Rng } from '../core/rng';
import type { Rows } from '../core/rows';
import { layersOf, logits, type ClassifierSizes, type LabelledRows } from './fold-classifiers';
import { shuffle, trainFolds } from './train-folds';
import { twoSamples, type SampleValues } from './two-samples';

/** How {@link c2st} splits the samples and trains. */
export interface C2stOptions extends LongWorkOptions {
  /** Of the folds, of the first weights and of the order of the batches. Default 1. */
  seed?: number;
  /** Parts of the pooled samples, each of which is held out once. Default 5. */
  folds?: number;
  /** Epochs after which a classifier stops even if it still improves. Default 10,000. */
  maxEpochs?: number;
}

/** What {@link c2st} found. */
export interface C2stResult {
  /** The mean over folds of the share of held-out rows that were told apart. */
  readonly value: number;
  /** Of the value as a share of N + M rows: sqrt(value (1 - value) / (N + M)). */
  readonly standardError: number;
  /** The standard deviation of the accuracy over folds. */
  readonly spread: number;
  /** The accuracy of each fold. */
  readonly folds: readonly number[];
  /** How many epochs each fold's classifier was trained. */
  readonly epochs: readonly number[];
}

/**
 * The classifier two-sample test: how often a neural network, trained on one part of two pooled samples, tells them
 * apart on the other part, (1 / K) sum_k accuracy_k over K folds.
 *
 * For samples of equal size it is 0.5 where both follow the same law and 1 where their laws do not overlap; in between
 * it is at best 1/2 + 1/4 integral |p - q|. With unequal sizes even blind guessing reaches the larger sample's share.
 *
 * As in the benchmark, the rows are centred and scaled by the mean and the standard deviation of the first sample, and
 * each fold's classifier is scikit-learn's MLPClassifier with its defaults: two hidden layers of 10 D rectified linear
 * units, log-loss with the penalty 1e-4 |W|^2 / (2 B), batches of B = 200, Adam at rate 1e-3, until ten epochs in a row
 * have not lowered the training loss by 1e-4. All folds are trained at once. A column that is constant in the first
 * sample is centred only, where the benchmark would divide by zero.
 *
 * Its matrix products are too small to be worth splitting among threads: on shared cores, a process started with
 * TF_NUM_INTRAOP_THREADS=1 and TF_NUM_INTEROP_THREADS=1 spends a third of the processor time on it.
 *
 * @param a sample [N, D].
 * @param b sample [M, D].
 * @returns the accuracy, its standard error, and the folds; the same for the same seed. The standard error
 * covers the held-out rows for given classifiers: other seeds move the value by about as much again.
 * @throws InvalidInputError for fewer rows than folds in either sample, different widths, NaN or infinity, which it
 * counts, or an invalid option; NonFiniteError where a classifier's weights are no longer finite; InterruptedError on
 * interrupt.
 * Source: Lueckmann et al., "Benchmarking simulation-based inference", appendix on metrics, as sbibm 1.1.0 computes it;
 * Lopez-Paz and Oquab, "Revisiting classifier two-sample tests". The random numbers are not those of scikit-learn.
 * @example
 * const [a, b] = [await exact.sample(200, { seed: 1 }), await exact.sample(200, { seed: 2 })];
 * const { value, standardError } = await c2st(a, b); // about 0.5
 */
export async function c2st(a: Rows, b: Rows, options: C2stOptions = {}): Promise<C2stResult> {
  const { seed = 1, folds = 5, maxEpochs = 10_000 } = objectOf('c2st: options', options);
  requireCount('c2st: folds', folds, 2);
  requireCount('c2st: maxEpochs', maxEpochs);
  requireNumber('c2st: seed', seed, 'a finite number');
  const [first, second] = twoSamples(a, b, 'c2st', folds);
  const source = rng(seed);
  const heldOut = splitRows(first.rows + second.rows, folds, source.fork(0));
  const sizes = { inputs: first.columns + 1, hidden: 10 * first.columns + 1 };
  return longWork('c2st', folds, options, async (progress, signal) => {
    const data = standardised(first, second);
    try {
      const trained = await trainFolds({
        sizes,
        data,
        learned: heldOut.map((_, k) => concatenated(heldOut.filter((_, other) => other !== k))),
        sources: heldOut.map((_, k) => source.fork(1 + k)),
        maxEpochs,
        pause: async (epoch, live, loss) => {
          progress.update(folds - live, `epoch ${epoch}, loss ${loss.toFixed(4)}`);
          await breathe();
          if (signal.aborted)
            throw new InterruptedError(
              `c2st was interrupted after epoch ${epoch}, with ${live} of ${folds} folds still in training.`,
            );
        },
      });
      progress.update(folds);
      const accuracies = trained.map(({ weights }, k) => accuracy(sizes, data.rows, weights, heldOut[k], first.rows));
      const value = mean(accuracies);
      return {
        value,
        standardError: Math.sqrt((value * (1 - value)) / (first.rows + second.rows)),
        spread: Math.sqrt(accuracies.reduce((sum, each) => sum + (each - value) ** 2, 0) / (folds - 1)),
        folds: accuracies,
        epochs: trained.map(({ epochs }) => epochs),
      };
    } finally {
      tf.dispose(data as tf.TensorContainer);
    }
  });
}

/**
 * The row numbers 0 ... count - 1 in random order, cut into parts whose sizes differ by at most one, the longer ones
 * first.
 */
function splitRows(count: number, folds: number, source: Rng): Int32Array[] {
  const order = Int32Array.from({ length: count }, (_, i) => i);
  shuffle(order, source);
  const longer = count % folds;
  const start = (k: number): number => k * Math.floor(count / folds) + Math.min(k, longer);
  return Array.from({ length: folds }, (_, k) => order.subarray(start(k), start(k + 1)));
}

function concatenated(parts: readonly Int32Array[]): Int32Array {
  return Int32Array.from(parts.flatMap((part) => Array.from(part)));
}

/** Both samples centred and scaled by the first, with a column of ones and a last row of zeros. */
function standardised(first: SampleValues, second: SampleValues): LabelledRows {
  const { columns } = first;
  const count = first.rows + second.rows;
  const table = new Float32Array((count + 1) * (columns + 1));
  for (let row = 0; row < count; row++) table[row * (columns + 1) + columns] = 1;
  for (let column = 0; column < columns; column++) {
    const centre = mean(columnOf(first, column));
    const squares = columnOf(first, column).map((value) => (value - centre) ** 2);
    const std = Math.sqrt((mean(squares) * first.rows) / (first.rows - 1)) || 1;
    [...columnOf(first, column), ...columnOf(second, column)].forEach((value, row) => {
      table[row * (columns + 1) + column] = (value - centre) / std;
    });
  }
  const classes = Array.from({ length: count + 1 }, (_, row) => (row === count ? 0 : row < first.rows ? -1 : 1));
  return { rows: tf.tensor2d(table, [count + 1, columns + 1]), classes: tf.tensor2d(classes, [count + 1, 1]) };
}

function columnOf({ values, rows, columns }: SampleValues, column: number): number[] {
  return Array.from({ length: rows }, (_, row) => values[row * columns + column]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** The share of these rows whose log-odds have the sign of their class; rows from `second` on are of class 1. */
function accuracy(
  sizes: ClassifierSizes,
  table: tf.Tensor2D,
  weights: Float32Array,
  rows: Int32Array,
  second: number,
): number {
  const odds = tf.tidy(() => {
    const x = tf.gather(table, tf.tensor1d(rows, 'int32'));
    return logits(tf.expandDims(x, 0), layersOf(sizes, tf.tensor2d(weights, [1, weights.length]))).dataSync();
  });
  return rows.reduce((right, row, i) => right + Number(odds[i] > 0 === row >= second), 0) / rows.length;
}
