import * as tf from '@tensorflow/tfjs';
import { compile } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, type Key } from '../graph/random';
import type { Loss } from './loss';

/** Rows that a validation looks at, at least: few held-out rows are looked at with several noise draws each. */
const enoughRows = 4096;
const chunkRows = 8192;
const mostDraws = 16;

/**
 * The mean loss over held-out rows with noise that is the same at every call, so that two validations differ by the
 * weights alone.
 */
export function validationLoss(loss: Loss): {
  (weights: tf.Tensor[], rows: tf.Tensor2D[], key: Key): number;
  dispose(): void;
} {
  const program = compile((weights: tf.Tensor[], rows: tf.Tensor2D[], key: Key): tf.Scalar => {
    const count = rows[0].shape[0];
    const chunks = Math.ceil(count / chunkRows);
    // chunks of one size; fewer rows than there are chunks may be left over
    const chunk = Math.floor(count / chunks);
    const draws = loss.noiseless ? 1 : Math.min(mostDraws, Math.ceil(enoughRows / (chunk * chunks)));
    const sum = loop(chunks * draws, tf.scalar(0), (i, before) => {
      const start = tf.mul(tf.mod(i, tf.scalar(chunks, 'int32')), tf.scalar(chunk, 'int32'));
      const index = tf.add(start, tf.range(0, chunk, 1, 'int32')) as tf.Tensor1D;
      return tf.add(
        before,
        loss(
          weights,
          rows.map((each) => tf.gather(each, index)),
          foldKey(key, i),
        ),
      );
    });
    return tf.div(sum, chunks * draws) as tf.Scalar;
  });
  const validate = (weights: tf.Tensor[], rows: tf.Tensor2D[], key: Key): number => {
    const mean = program(weights, rows, key);
    const value = mean.dataSync()[0];
    mean.dispose();
    return value;
  };
  return Object.assign(validate, { dispose: () => program.dispose() });
}
