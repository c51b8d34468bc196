import * as tf from '@tensorflow/tfjs';
import { demand } from '../../core/checks';
import { counted } from '../../core/description';

/** Which columns of data have a density, and which of them are of whole numbers; JSON. */
export interface DataColumns {
  /** All that vary. */
  readonly modelled: readonly number[];
  /** Those of counts, binary values and other whole numbers, among them. */
  readonly whole: readonly number[];
}

/** Whole numbers beyond this are float32 values like others. */
const largestWhole = 2 ** 20;

/**
 * The columns of data [N, L].
 * @param what the call in messages, such as `nle.train`.
 * @throws InvalidInputError where all are constant.
 */
export function dataColumns(what: string, x: tf.Tensor2D): DataColumns {
  const [varies, isWhole] = tf.tidy(() => [
    tf.greater(tf.max(x, 0), tf.min(x, 0)).dataSync(),
    tf.all(tf.logicalAnd(tf.equal(x, tf.round(x)), tf.less(tf.abs(x), largestWhole)), 0).dataSync(),
  ]);
  const modelled = Array.from(varies.keys()).filter((k) => varies[k] === 1);
  demand(`${what}: x`, modelled.length > 0, 'data that vary', `${counted(varies.length, 'constant column')}`);
  return { modelled, whole: modelled.filter((k) => isWhole[k] === 1) };
}

/** What is special about the columns, in words; none where nothing is. */
export function columnsText({ modelled, whole }: DataColumns, width: number): string | undefined {
  const constant = width - modelled.length;
  const sentences = [
    ...(constant > 0
      ? [`${counted(constant, 'constant column')} of x ${constant > 1 ? 'have' : 'has'} no density and is left out.`]
      : []),
    ...(whole.length > 0
      ? [
          `${counted(whole.length, 'column')} of whole numbers (${listed(whole)}) ` +
            'get uniform noise of one unit in training, and the likelihood of a value is the mean density over ' +
            'its unit.',
        ]
      : []),
  ];
  return sentences.length > 0 ? sentences.join(' ') : undefined;
}

function listed(columns: readonly number[]): string {
  return columns.length > 6 ? `${columns.slice(0, 5).join(', ')}, ...` : columns.join(', ');
}

/** A row of ones in the columns of whole numbers, else zeros [1, L]. */
export function isWholeRow({ whole }: DataColumns, width: number): tf.Tensor2D {
  return tf.tensor2d([Array.from({ length: width }, (_, k) => (whole.includes(k) ? 1 : 0))]);
}
