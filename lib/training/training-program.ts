import * as tf from '@tensorflow/tfjs';
import { compile } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, type Key } from '../graph/random';
import { adamStart, adamStep, type AdamState } from './adam';
import { pack, unpack } from './packed';
import type { CheckedSettings } from './fit-settings';
import type { Loss } from './loss';

/** What goes from step to step, with all weights packed; `loss` is the sum over the steps of one call. */
export type TrainingState = { weights: tf.Tensor1D; adam: AdamState; average: tf.Tensor1D; loss: tf.Scalar };

/** The state before the first step; the caller disposes it. */
export function trainingStart(weights: readonly tf.Tensor[]): TrainingState {
  const packed = pack(weights);
  return { weights: packed, adam: adamStart(packed), average: packed.clone(), loss: tf.scalar(0) };
}

/** Frees a state. */
export function disposeState({ weights, adam, average, loss }: TrainingState): void {
  tf.dispose([weights, adam.first, adam.second, average, loss]);
}

/**
 * The compiled loop of training steps: `count` steps on the batches from `start` on; the state's loss is the sum over
 * these steps.
 * @param shapes of the weights, in order.
 * @returns a compiled function that `fit` calls again and again; the benchmark times it.
 */
export function trainingProgram(
  loss: Loss,
  settings: Pick<CheckedSettings, 'learningRate' | 'cosineDecay' | 'ema'> &
    Partial<Pick<CheckedSettings, 'gradientNorm'>>,
  totalSteps: number,
  shapes: readonly number[][],
) {
  return compile(
    (
      state: TrainingState,
      rows: tf.Tensor2D[],
      order: tf.Tensor2D,
      start: tf.Scalar,
      count: tf.Scalar,
      stepsBefore: tf.Scalar,
      key: Key,
    ): TrainingState =>
      loop(count, { ...state, loss: tf.scalar(0) } as TrainingState, (i, { weights, adam, average, loss: sum }) => {
        const step = tf.add(stepsBefore, i) as tf.Scalar;
        const batch = tf.gather(order, tf.add(start, i)).as1D();
        const batchRows = rows.map((each) => tf.gather(each, batch));
        const stepKey = foldKey(key, step);
        const ofWeights = tf.valueAndGrads((...w: tf.Tensor[]) => loss(w, batchRows, stepKey, true));
        const { value, grads } = ofWeights(unpack(weights, shapes));
        const number = step.toFloat() as tf.Scalar;
        const decay = settings.cosineDecay
          ? tf.mul(0.5, tf.add(1, tf.cos(tf.mul(number, Math.PI / totalSteps))))
          : tf.scalar(1);
        const rate = tf.mul(decay, settings.learningRate) as tf.Scalar;
        const gradient = shortened(pack(grads), settings.gradientNorm);
        const next = adamStep(weights, gradient, adam, tf.add(number, 1), rate);
        // the average follows faster at first, so that the first weights are soon forgotten
        const keep = tf.minimum(settings.ema, tf.div(tf.add(number, 1), tf.add(number, 10)));
        return {
          weights: next.weights,
          adam: next.state,
          average:
            settings.ema > 0
              ? (tf.add(next.weights, tf.mul(keep, tf.sub(average, next.weights))) as tf.Tensor1D)
              : average,
          loss: tf.add(sum, value) as tf.Scalar,
        };
      }),
  );
}

/** The gradient, or one of the same direction and the length `most` where it is longer. */
function shortened(gradient: tf.Tensor1D, most?: number): tf.Tensor1D {
  if (most === undefined) return gradient;
  const norm = tf.sqrt(tf.sum(tf.square(gradient)));
  return tf.mul(gradient, tf.div(most, tf.maximum(most, norm)));
}
