import * as tf from '@tensorflow/tfjs';

/** The moments of all positions seen at each of K temperatures, over chains and transitions. */
export type SpreadState = {
  /** Positions so far, a float. */
  readonly count: tf.Scalar;
  /** Their mean [K, D]. */
  readonly mean: tf.Tensor2D;
  /** The sum of squares around it [K, D]. */
  readonly squares: tf.Tensor2D;
};

/** How many positions the spread before counts as. */
const priorCount = 5;

/** No positions yet; the caller owns the tensors. */
export function noPositions(temperatures: number, dim: number): SpreadState {
  return { count: tf.scalar(0), mean: tf.zeros([temperatures, dim]), squares: tf.zeros([temperatures, dim]) };
}

/**
 * The moments with one more position of each chain, rows [K C, D]; the caller owns the tensors.
 *
 * Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances",
 * equation (2.1).
 */
export function withPositions({ count, mean, squares }: SpreadState, theta: tf.Tensor2D): SpreadState {
  const [temperatures, dim] = mean.shape;
  const chains = theta.shape[0] / temperatures;
  const rows = tf.reshape(theta, [temperatures, chains, dim]);
  const centre = tf.mean(rows, 1, true);
  const gap = tf.sub(tf.squeeze(centre, [1]), mean);
  const total = tf.add(count, chains) as tf.Scalar;
  return {
    count: total,
    mean: tf.add(mean, tf.mul(gap, tf.div(chains, total))) as tf.Tensor2D,
    squares: tf.addN([
      squares,
      tf.sum(tf.square(tf.sub(rows, centre)), 1),
      tf.mul(tf.square(gap), tf.div(tf.mul(count, chains), total)),
    ]) as tf.Tensor2D,
  };
}

/**
 * The standard deviations [K, D], sqrt((squares + 5 before^2) / (count + 5)): few or equal positions change little.
 */
export function spreadOf({ count, squares }: SpreadState, before: tf.Tensor2D): tf.Tensor2D {
  const sum = tf.add(squares, tf.mul(priorCount, tf.square(before)));
  return tf.sqrt(tf.div(sum, tf.add(count, priorCount))) as tf.Tensor2D;
}
