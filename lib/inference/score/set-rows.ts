import * as tf from '@tensorflow/tfjs';
import { toTensor2D, type Rows } from '../../core/rows';
import type { Prior } from '../../distributions/prior';
import type { TrainingSets } from '../density/flow-npe';
import { fitFrame, frameOf, type Frame } from '../frame';
import type { Standardisation } from '../standardisation';

/**
 * Sets of up to m observations as rows [M, m L + 1]: the observations one after the other, in the place of missing ones
 * the first again, which the network does not look at, and their number; the caller disposes the tensor.
 */
export function rowsOfSets({ x, counts }: Pick<TrainingSets, 'x' | 'counts'>): tf.Tensor2D {
  return tf.tidy(() => {
    const [sets, most, width] = x.shape;
    const sizes = tf.reshape(tf.cast(counts, 'float32'), [sets, 1, 1]);
    const position = tf.reshape(tf.range(0, most, 1, 'float32'), [1, most, 1]);
    const first = tf.tile(tf.slice(x, [0, 0, 0], [-1, 1, -1]), [1, most, 1]);
    const isThere = tf.tile(tf.less(position, sizes), [1, 1, width]);
    const filled = tf.reshape(tf.where(isThere, x, first), [sets, most * width]);
    return tf.concat([filled, tf.reshape(sizes, [sets, 1])], 1) as tf.Tensor2D;
  });
}

/**
 * Observations [n, L] as rows of as few sets of at most m as there can be, whose sizes differ by one at most; the
 * caller disposes the tensor.
 */
export function rowsOfObservations(xObs: Rows, most: number, width: number): tf.Tensor2D {
  const table = toTensor2D(xObs, 'xObs', width);
  const rows = table.arraySync();
  table.dispose();
  const n = rows.length;
  const sets = Math.ceil(n / most);
  const starts = Array.from({ length: sets + 1 }, (_, k) => Math.round((k * n) / sets));
  return tf.tensor2d(
    Array.from({ length: sets }, (_, k) => {
      const own = rows.slice(starts[k], starts[k + 1]);
      const filled = Array.from({ length: most }, (_, j) => own[j] ?? own[0]);
      return [...filled.flat(), own.length];
    }),
    [sets, most * width + 1],
  );
}

/** The frame of sets as rows: each observation in the units of all observations, the number of them as it is. */
export function frameOfSets(prior: Prior, { theta, x, counts }: TrainingSets, isStandardised: boolean): Frame {
  const [sets, most, width] = x.shape;
  const observations = tf.tidy(() => {
    const position = tf.reshape(tf.range(0, most, 1, 'float32'), [1, most]);
    const isThere = tf.less(position, tf.reshape(tf.cast(counts, 'float32'), [sets, 1]));
    const numbers = Array.from(tf.reshape(isThere, [-1]).dataSync()).flatMap((there, i) => (there ? [i] : []));
    return tf.gather(tf.reshape(x, [sets * most, width]), tf.tensor1d(numbers, 'int32')) as tf.Tensor2D;
  });
  const { config } = fitFrame(prior, { theta, x: observations }, isStandardised);
  observations.dispose();
  return frameOf(prior, { ...config, x: repeated(config.x, most) });
}

function repeated({ logarithmFrom, arsinh, ...of }: Standardisation, most: number): Standardisation {
  const all = (values: readonly number[], ofCount: number): number[] => [
    ...Array.from({ length: most }, () => values).flat(),
    ofCount,
  ];
  return {
    mean: all(of.mean, 0),
    std: all(of.std, 1),
    lowest: all(of.lowest, 1),
    highest: all(of.highest, most),
    ...(logarithmFrom && { logarithmFrom: all(logarithmFrom, 0) }),
    ...(arsinh && { arsinh: { centre: all(arsinh.centre, 0), scale: all(arsinh.scale, 0) } }),
  };
}
