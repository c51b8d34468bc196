import * as tf from '@tensorflow/tfjs';
import type { Rng } from '../core/rng';
import { activate } from '../graph/dense';
import { loop } from '../graph/loop';

/**
 * Widths of the layers: `inputs` I, and H for both hidden layers, each with a unit that is always 1 and carries the
 * biases.
 */
export interface ClassifierSizes {
  readonly inputs: number;
  readonly hidden: number;
}

/** F classifiers with P weights each, flat, and Adam's running sums. */
export type ClassifierState = {
  readonly weights: tf.Tensor2D;
  readonly first: tf.Tensor2D;
  readonly second: tf.Tensor2D;
};

/**
 * Rows [N + 1, I] with a last column of ones, and their classes [N + 1, 1], -1 or 1; a last row of zeros pads batches.
 */
export type LabelledRows = { readonly rows: tf.Tensor2D; readonly classes: tf.Tensor2D };

/**
 * The inputs of an epoch's S steps: the rows of their batches, int32 [S, F, B], 1 / count [S, F], and Adam's
 * {@link rates}.
 */
export type EpochPlan = {
  readonly order: tf.Tensor3D;
  readonly share: tf.Tensor2D;
  readonly rate: tf.Tensor1D;
};

const learningRate = 1e-3;
const beta1 = 0.9;
const beta2 = 0.999;
const epsilon = 1e-8;
const penalty = 1e-4;

/**
 * The first weights of one classifier, uniform within sqrt(6 / (fan in + fan out)), biases too; flat, layer by layer,
 * each [in, out]. The last unit of a hidden layer stays 1: its weights are 0, except 1 from the previous layer's unit
 * that is 1.
 */
export function firstWeights({ inputs, hidden }: ClassifierSizes, source: Rng): Float32Array {
  const layer = (ins: number, outs: number, isLast: boolean): number[] => {
    const bound = Math.sqrt(6 / (ins - 1 + (isLast ? outs : outs - 1)));
    return Array.from({ length: ins * outs }, (_, i) => {
      if (isLast || i % outs < outs - 1) return source.uniform(-bound, bound);
      return i === ins * outs - 1 ? 1 : 0;
    });
  };
  return Float32Array.from([
    ...layer(inputs, hidden, false),
    ...layer(hidden, hidden, false),
    ...layer(hidden, 1, true),
  ]);
}

/**
 * One epoch of all classifiers: a step of Adam for each batch, on the mean log-loss plus 1e-4 |W|^2 / (2 batch size).
 * @returns the state, and the sum over steps and rows of that loss before the step [F], to which a row of zeros adds
 * log 2. |W|^2 is taken at the end of the epoch, a difference far below what decides about stopping.
 */
export function trainEpoch(
  sizes: ClassifierSizes,
  data: LabelledRows,
  { order, share, rate }: EpochPlan,
  start: ClassifierState,
): { state: ClassifierState; loss: tf.Tensor1D } {
  const [steps, folds] = order.shape;
  const { trained, penalties } = masks(sizes);
  const rows = tf.gather(data.rows as tf.Tensor, order);
  const classes = tf.gather(data.classes as tf.Tensor, order);
  const none = tf.zeros([folds]) as tf.Tensor1D;
  const { state, loss } = loop(steps, { state: start, loss: none }, (i, { state, loss }) => {
    const at = (each: tf.Tensor): tf.Tensor => tf.gather(each, i);
    const [x, y, each] = [at(rows) as tf.Tensor3D, at(classes), at(share)];
    // -log p(class) = softplus(-y z)
    const losses = (...layers: tf.Tensor[]): tf.Tensor =>
      tf.sum(tf.softplus(tf.mul(tf.neg(y), logits(x, layers as tf.Tensor3D[]))), [1, 2]);
    const { value, grads } = tf.valueAndGrads(losses)(layersOf(sizes, state.weights), each);
    const ofLosses = tf.concat(
      grads.map((grad) => tf.reshape(grad, [folds, -1])),
      1,
    );
    const ofPenalty = tf.mul(state.weights, tf.mul(penalties, tf.expandDims(each, 1)));
    const gradient = tf.mul(trained, tf.add(ofLosses, ofPenalty)) as tf.Tensor2D;
    return {
      state: step(state, gradient, at(rate) as tf.Scalar),
      loss: tf.add(loss, value) as tf.Tensor1D,
    };
  });
  const ridge = tf.sum(tf.mul(penalties, tf.square(state.weights)), 1);
  return { state, loss: tf.add(loss, tf.mul(ridge, steps / 2)) as tf.Tensor1D };
}

/**
 * Adam's rates in steps `done` + 1, ..., `done` + `steps`, including what the running sums lack: their factors and bias
 * corrections.
 */
export function rates(done: number, steps: number): Float32Array {
  return Float32Array.from({ length: steps }, (_, i) => {
    const step = done + i + 1;
    const first = (1 - beta1) / (1 - beta1 ** step);
    const second = (1 - beta2) / (1 - beta2 ** step);
    return (learningRate * first) / Math.sqrt(second);
  });
}

/** The log-odds of class 1 for rows [F, B, I] or [1, B, I]. */
export function logits(x: tf.Tensor3D, layers: readonly tf.Tensor3D[]): tf.Tensor3D {
  const hidden = layers.slice(0, -1).reduce((a, each) => activate(tf.matMul(a, each), 'relu'), x);
  return tf.matMul(hidden, layers[layers.length - 1]);
}

/** The weights [F, P] as the three layers [F, in, out]. */
export function layersOf({ inputs, hidden }: ClassifierSizes, weights: tf.Tensor2D): tf.Tensor3D[] {
  const shapes: [number, number][] = [
    [inputs, hidden],
    [hidden, hidden],
    [hidden, 1],
  ];
  const parts = tf.split(
    weights,
    shapes.map(([ins, outs]) => ins * outs),
    1,
  );
  return parts.map((part, i) => tf.reshape(part, [weights.shape[0], ...shapes[i]]));
}

/** Adam as in scikit-learn: epsilon is added to the average before its bias correction. */
function step(state: ClassifierState, gradient: tf.Tensor2D, rate: tf.Scalar): ClassifierState {
  const first = tf.add(tf.mul(state.first, beta1), gradient) as tf.Tensor2D;
  const second = tf.add(tf.mul(state.second, beta2), tf.square(gradient)) as tf.Tensor2D;
  const change = tf.mul(tf.div(first, tf.add(tf.sqrt(second), epsilon / Math.sqrt(1 - beta2))), rate);
  return { weights: tf.sub(state.weights, change) as tf.Tensor2D, first, second };
}

/**
 * Which weights [1, P] are trained (all but those of the units that stay 1), and the penalty on each (none on biases).
 */
function masks({ inputs, hidden }: ClassifierSizes): { trained: tf.Tensor2D; penalties: tf.Tensor2D } {
  const each = (value: (isBias: boolean, isFixed: boolean) => number): tf.Tensor2D => {
    const layer = (ins: number, outs: number, isLast: boolean): number[] =>
      Array.from({ length: ins * outs }, (_, i) => value(i >= (ins - 1) * outs, !isLast && i % outs === outs - 1));
    const all = [...layer(inputs, hidden, false), ...layer(hidden, hidden, false), ...layer(hidden, 1, true)];
    return tf.tensor2d(all, [1, all.length]);
  };
  return {
    trained: each((_, isFixed) => (isFixed ? 0 : 1)),
    penalties: each((isBias, isFixed) => (isBias || isFixed ? 0 : penalty)),
  };
}
