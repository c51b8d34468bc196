import * as tf from '@tensorflow/tfjs';
import { compile } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, type Key } from '../graph/random';
import { adamStart, adamStep, type AdamState } from './adam';
import type { CheckedSettings } from './fit-settings';
import type { Loss } from './loss';

/** What goes from step to step; `loss` is the sum over the steps of one call. */
export type TrainingState = { weights: tf.Tensor[]; adam: AdamState; average: tf.Tensor[]; loss: tf.Scalar };

/** The state before the first step, which owns its tensors and keeps `weights` among them. */
export function trainingStart(weights: tf.Tensor[]): TrainingState {
  return { weights, adam: adamStart(weights), average: weights.map((w) => w.clone()), loss: tf.scalar(0) };
}

/** Frees a state. */
export function disposeState({ weights, adam, average, loss }: TrainingState): void {
  tf.dispose([weights, adam.first, adam.second, average, loss]);
}

/**
 * The compiled loop of training steps: `count` steps on the batches from `start` on; the state's loss is the sum over
 * these steps.
 * @returns a compiled function that `fit` calls again and again; the benchmark times it.
 */
export function trainingProgram(
  loss: Loss,
  settings: Pick<CheckedSettings, 'learningRate' | 'cosineDecay' | 'ema'>,
  totalSteps: number,
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
        const { value, grads } = tf.valueAndGrads((...w: tf.Tensor[]) => loss(w, batchRows, stepKey, true))(weights);
        const number = step.toFloat() as tf.Scalar;
        const decay = settings.cosineDecay
          ? tf.mul(0.5, tf.add(1, tf.cos(tf.mul(number, Math.PI / totalSteps))))
          : tf.scalar(1);
        const next = adamStep(
          weights,
          grads,
          adam,
          tf.add(number, 1),
          tf.mul(decay, settings.learningRate) as tf.Scalar,
        );
        // the average follows faster at first, so that the first weights are soon forgotten
        const keep = tf.minimum(settings.ema, tf.div(tf.add(number, 1), tf.add(number, 10)));
        return {
          weights: next.weights,
          adam: next.state,
          average:
            settings.ema > 0
              ? average.map((a, k) => tf.add(next.weights[k], tf.mul(keep, tf.sub(a, next.weights[k]))))
              : average,
          loss: tf.add(sum, value) as tf.Scalar,
        };
      }),
  );
}
