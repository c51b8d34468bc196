import * as tf from '@tensorflow/tfjs';
import { NonFiniteError } from '../../core/errors';
import { compile } from '../../graph/compile';
import { loop } from '../../graph/loop';
import { foldKey, type Key } from '../../graph/random';
import type { Tensors } from '../../graph/tensors';
import { adamStart, adamStep, type AdamState } from '../../training/adam';
import { pack, unpack } from '../../training/packed';

/** The most that the gradient of all weights may measure; a longer one is shortened to it. */
const gradientNorm = 5;
/** The weights that are kept are a running mean of about the last 1 / (1 - this) steps. */
const memory = 0.99;

/** Weights, packed, on their way: `average` is what is kept in the end. */
type DescentState = { weights: tf.Tensor1D; adam: AdamState; average: tf.Tensor1D };

/** Adam on gradients that are drawn anew in each step, with a rate that falls as a cosine. */
export interface WeightDescent<X extends Tensors> {
  /**
   * `count` steps, of which the first is number `from`, on what the gradient looks at besides.
   * @throws NonFiniteError where a weight leaves the finite numbers.
   */
  go(from: number, count: number, key: Key, extra: X): void;
  /** The weights of the next step, which the caller disposes. */
  weights(): tf.Tensor[];
  /** The averaged weights, which the caller disposes. */
  average(): tf.Tensor[];
  /** Frees all tensors and graphs. */
  dispose(): void;
}

/** A descent from first weights, which stay the caller's, in `steps` steps. */
export function weightDescent<X extends Tensors>(
  first: readonly tf.Tensor[],
  { steps, learningRate }: { steps: number; learningRate: number },
  gradient: (weights: tf.Tensor[], key: Key, extra: X) => tf.Tensor[],
): WeightDescent<X> {
  const shapes = first.map(({ shape }) => shape);
  const packed = pack(first);
  let state: DescentState = { weights: packed, adam: adamStart(packed), average: packed.clone() };
  const advance = compile((before: DescentState, from: tf.Scalar, count: tf.Scalar, key: Key, extra: X): DescentState =>
    loop(count, before, (i, { weights, adam, average }) => {
      const step = tf.add(from, i) as tf.Scalar;
      const number = tf.cast(step, 'float32') as tf.Scalar;
      const found = pack(gradient(unpack(weights, shapes), foldKey(key, step), extra));
      const norm = tf.sqrt(tf.sum(tf.square(found)));
      const short = tf.mul(found, tf.div(gradientNorm, tf.maximum(gradientNorm, norm))) as tf.Tensor1D;
      const rate = tf.mul(learningRate / 2, tf.add(1, tf.cos(tf.mul(number, Math.PI / steps)))) as tf.Scalar;
      const next = adamStep(weights, short, adam, tf.add(number, 1), rate);
      const keep = tf.minimum(memory, tf.div(tf.add(number, 1), tf.add(number, 10)));
      return {
        weights: next.weights,
        adam: next.state as AdamState,
        average: tf.add(next.weights, tf.mul(keep, tf.sub(average, next.weights))) as tf.Tensor1D,
      };
    }),
  );
  return {
    go: (from, count, key, extra) => {
      const next = tf.tidy(() =>
        // a record of tensors, which tidy cannot know
        advance(state, tf.scalar(from, 'int32'), tf.scalar(count, 'int32'), key, extra),
      ) as DescentState;
      tf.dispose(state as unknown as tf.TensorContainer);
      state = next;
      if (!tf.tidy(() => Number.isFinite(tf.sum(state.average).dataSync()[0])))
        throw new NonFiniteError(
          `The fit left the finite numbers before step ${from + count}: the gradient or the density of the posterior ` +
            'is not finite where the fit draws. Lower the learning rate, or take a density with fewer transforms.',
        );
    },
    weights: () => unpack(state.weights, shapes),
    average: () => unpack(state.average, shapes),
    dispose: () => {
      tf.dispose(state as unknown as tf.TensorContainer);
      advance.dispose();
    },
  };
}
