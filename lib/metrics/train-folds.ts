import * as tf from '@tensorflow/tfjs';
import { NonFiniteError } from '../core/errors';
import type { Rng } from '../core/rng';
import { compile } from '../graph/compile';
import {
  firstWeights,
  rates,
  trainEpoch,
  type ClassifierSizes,
  type ClassifierState,
  type EpochPlan,
  type LabelledRows,
} from './fold-classifiers';

/** What classifiers are trained on, and how. */
export interface FoldTraining {
  readonly sizes: ClassifierSizes;
  readonly data: LabelledRows;
  /** The rows that each classifier learns from. */
  readonly learned: readonly Int32Array[];
  /** Where each classifier's first weights and shuffles come from. */
  readonly sources: readonly Rng[];
  readonly maxEpochs: number;
  /** Called about every tenth of a second, with the epochs done, the classifiers in training and their mean loss. */
  pause(epoch: number, live: number, loss: number): Promise<void>;
}

/** A classifier's weights [P], and how many epochs it was trained. */
export interface TrainedClassifier {
  readonly weights: Float32Array;
  readonly epochs: number;
}

const batchSize = 200;
const tolerance = 1e-4;
const patience = 10;
const pauseMilliseconds = 100;
/**
 * The number of weights changed in an epoch above which a graph of fewer classifiers soon repays the tenth of a second
 * that it costs.
 */
const newGraphWork = 500_000;

/**
 * Trains one classifier for each set of rows, all at once; each stops when more than ten epochs in a row have not
 * lowered its training loss by 1e-4.
 * @throws NonFiniteError where a training loss is not finite; whatever `pause` throws.
 */
export async function trainFolds(training: FoldTraining): Promise<TrainedClassifier[]> {
  const { sizes, data, learned, sources, maxEpochs, pause } = training;
  const trained = new Array<TrainedClassifier>(learned.length);
  const folds = learned.map((rows, fold) => ({ fold, order: Int32Array.from(rows), best: Infinity, waited: 0 }));
  const cuts = cutAlike(learned.map(({ length }) => length));
  const steps = cuts[0].length - 1;
  let places = folds;
  let live = folds;
  let state = firstState(sources.map((source) => firstWeights(sizes, source)));
  const graph = compile((data: LabelledRows, plan: EpochPlan, before: ClassifierState) =>
    trainEpoch(sizes, data, plan, before),
  );
  try {
    let paused = performance.now();
    for (let epoch = 1; live.length > 0; epoch++) {
      for (const { fold, order } of live) shuffle(order, sources[fold]);
      const plan = planOf(
        places.map(({ fold, order }) => ({ order, cuts: cuts[fold] })),
        data,
        (epoch - 1) * steps,
      );
      const { state: next, loss } = graph(data, plan.tensors, state);
      tf.dispose([plan.tensors, state] as tf.TensorContainer);
      state = next;
      const sums = loss.dataSync();
      loss.dispose();
      const losses = places.map(({ order }, i) => (sums[i] - plan.empty[i] * Math.LN2) / order.length);
      const stopped = places.filter((each, i) => {
        if (!live.includes(each)) return false;
        if (!Number.isFinite(losses[i]))
          throw new NonFiniteError(`c2st: the training loss of fold ${each.fold} was ${losses[i]} in epoch ${epoch}.`);
        return !improves(each, losses[i]) || epoch === maxEpochs;
      });
      if (stopped.length > 0) {
        const weights = state.weights.arraySync();
        for (const each of stopped)
          trained[each.fold] = { weights: Float32Array.from(weights[places.indexOf(each)]), epochs: epoch };
        live = live.filter((each) => !stopped.includes(each));
        // stopped classifiers are trained on to no effect until a new graph without them is worth its cost
        if (
          live.length > 0 &&
          2 * live.length <= places.length &&
          steps * tf.util.sizeFromShape(state.weights.shape) > newGraphWork
        ) {
          state = keepRows(
            state,
            live.map((each) => places.indexOf(each)),
          );
          places = live;
        }
      }
      if (performance.now() - paused > pauseMilliseconds) {
        await pause(epoch, live.length, losses.reduce((sum, value) => sum + value, 0) / losses.length);
        paused = performance.now();
      }
    }
    return trained;
  } finally {
    graph.dispose();
    tf.dispose(state as tf.TensorContainer);
  }
}

/**
 * Where each fold's batches start and end: batches of 200 rows, or of all if there are fewer, and a last one of the
 * rest. Adam counts the same steps for all folds: a fold with one batch fewer than another makes a batch of its last
 * row.
 */
function cutAlike(counts: readonly number[]): number[][] {
  const cuts = counts.map((count) => {
    const size = Math.min(batchSize, count);
    return Array.from({ length: Math.ceil(count / size) + 1 }, (_, i) => Math.min(i * size, count));
  });
  const most = Math.max(...cuts.map(({ length }) => length));
  return cuts.map((each) =>
    each.length === most ? each : [...each.slice(0, -1), each[each.length - 1] - 1, each[each.length - 1]],
  );
}

/** An epoch's plan, whose tensors the caller disposes of, and how many rows of zeros pad each fold's batches. */
function planOf(
  folds: readonly { order: Int32Array; cuts: readonly number[] }[],
  data: LabelledRows,
  done: number,
): { tensors: EpochPlan; empty: number[] } {
  const steps = folds[0].cuts.length - 1;
  const count = ({ cuts }: { cuts: readonly number[] }, s: number): number => cuts[s + 1] - cuts[s];
  const width = Math.max(...folds.map((fold) => count(fold, 0)));
  const order = new Int32Array(steps * folds.length * width).fill(data.rows.shape[0] - 1);
  const share = new Float32Array(steps * folds.length);
  folds.forEach((fold, f) => {
    for (let s = 0; s < steps; s++) {
      const place = s * folds.length + f;
      order.set(fold.order.subarray(fold.cuts[s], fold.cuts[s + 1]), place * width);
      share[place] = 1 / count(fold, s);
    }
  });
  return {
    tensors: {
      order: tf.tensor3d(order, [steps, folds.length, width], 'int32'),
      share: tf.tensor2d(share, [steps, folds.length]),
      rate: tf.tensor1d(rates(done, steps)),
    },
    empty: folds.map(({ order: rows }) => steps * width - rows.length),
  };
}

/** scikit-learn's rule: whether training goes on after an epoch of this loss. */
function improves(fold: { best: number; waited: number }, loss: number): boolean {
  fold.waited = loss > fold.best - tolerance ? fold.waited + 1 : 0;
  fold.best = Math.min(fold.best, loss);
  return fold.waited <= patience;
}

function firstState(weights: Float32Array[]): ClassifierState {
  const shape: [number, number] = [weights.length, weights[0].length];
  const flat = new Float32Array(shape[0] * shape[1]);
  weights.forEach((each, i) => flat.set(each, i * shape[1]));
  return { weights: tf.tensor2d(flat, shape), first: tf.zeros(shape), second: tf.zeros(shape) };
}

/** The classifiers at these places only; disposes of the previous state. */
function keepRows({ weights, first, second }: ClassifierState, places: number[]): ClassifierState {
  const pick = (tensor: tf.Tensor2D): tf.Tensor2D => tf.tidy(() => tf.gather(tensor, tf.tensor1d(places, 'int32')));
  const kept = { weights: pick(weights), first: pick(first), second: pick(second) };
  tf.dispose([weights, first, second]);
  return kept;
}

/** Shuffles numbers in place. */
export function shuffle(order: Int32Array, source: Rng): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = source.integer(0, i + 1);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
}
