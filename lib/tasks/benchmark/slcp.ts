import * as tf from '@tensorflow/tfjs';
import { requireColumns } from '../../core/checks';
import { uniform, type UniformPrior } from '../../distributions/uniform';
import { librarySimulator } from '../../simulation/simulator';
import { describedTask } from '../described-task';
import type { Task } from '../task';
import { distractors, jitter, slcp as simulate, slcpDistractors as simulateDistractors } from './slcp-simulator';

/** A benchmark task with a uniform prior and a known likelihood. */
export interface SlcpTask extends Task {
  /** The prior U(-3, 3)^5. */
  readonly prior: UniformPrior;
  /** L, the number of values of one observation. */
  readonly dataDim: number;
  /** log p(x_1, ..., x_n | theta) [B] of n observations x [n, L] at theta [B, 5]; the caller disposes it. */
  logLikelihood(theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor1D;
}

const box = { lower: new Array<number>(5).fill(-3), upper: new Array<number>(5).fill(3) };

/**
 * The benchmark task `slcp`, "simple likelihood, complex posterior": theta ~ U(-3, 3)^5, and x holds four draws of
 * N((theta_1, theta_2), S) with S_11 = s_1^2, S_22 = s_2^2 and S_12 = tanh(theta_5) s_1 s_2, where s_1 = theta_3^2,
 * s_2 = theta_4^2 and 1e-6 is added to the diagonal.
 *
 * Source: Lueckmann et al. (2021), appendix T.3; Papamakarios et al. (2019).
 * @example
 * const { xObs } = drawObservations(tasks.benchmark.slcp(), 1, 1); // one row of eight values
 */
export function slcp(): SlcpTask {
  return describedTask({
    name: 'slcp',
    prior: uniform(box),
    dataDim: 8,
    simulator: librarySimulator(simulate, 'tasks/benchmark/slcp-simulator', 'slcp'),
    logLikelihood: (theta, x) => logLikelihood(theta, x, 8, [0, 1, 2, 3, 4, 5, 6, 7]),
  });
}

/**
 * The benchmark task `slcp_distractors`: the eight values of `slcp` in fixed places among 92 distractors, which are one
 * draw of a mixture of 20 Student laws with two degrees of freedom.
 *
 * The posterior is that of `slcp`. The log likelihood leaves out the distractors' density, a constant in theta.
 *
 * Source: Lueckmann et al. (2021), appendix T.4.
 * @example
 * tasks.benchmark.slcpDistractors().dataDim; // 100
 */
export function slcpDistractors(): SlcpTask {
  const { order } = distractors();
  const places = Array.from({ length: 8 }, (_, k) => order.indexOf(k));
  return describedTask({
    name: 'slcp_distractors',
    prior: uniform(box),
    dataDim: 100,
    simulator: librarySimulator(simulateDistractors, 'tasks/benchmark/slcp-simulator', 'slcpDistractors'),
    logLikelihood: (theta, x) => logLikelihood(theta, x, 100, places),
  });
}

/** @param places the columns of x with x_1, y_1, x_2, y_2, ... */
function logLikelihood(theta: tf.Tensor2D, x: tf.Tensor2D, width: number, places: readonly number[]): tf.Tensor1D {
  requireColumns('logLikelihood: x', x, width);
  return tf.tidy(() => {
    const column = (k: number): tf.Tensor2D => tf.slice(theta, [0, k], [-1, 1]);
    const points = (parity: number): tf.Tensor2D => {
      const indices = places.filter((_, k) => k % 2 === parity);
      return tf.reshape(tf.gather(x, tf.tensor1d(indices, 'int32'), 1), [1, -1]);
    };
    const [s1, s2, rho] = [tf.square(column(2)), tf.square(column(3)), tf.tanh(column(4))];
    const variance = tf.add(tf.square(s1), jitter);
    const slope = tf.div(tf.mul(rho, tf.mul(s1, s2)), variance);
    // the variance of y given x, without a difference of close numbers
    const rest = tf.add(
      tf.square(tf.div(s2, tf.cosh(column(4)))),
      tf.mul(jitter, tf.add(1, tf.div(tf.square(tf.mul(rho, s2)), variance))),
    );
    const first = tf.sub(points(0), column(0));
    const second = tf.sub(tf.sub(points(1), column(1)), tf.mul(slope, first));
    const squares = tf.add(tf.div(tf.square(first), variance), tf.div(tf.square(second), rest));
    const logs = tf.add(squares, tf.log(tf.mul(variance, rest)));
    const constant = x.shape[0] * 4 * Math.log(2 * Math.PI);
    return tf.sub(tf.mul(-0.5, tf.sum(logs, 1)), constant) as tf.Tensor1D;
  });
}
