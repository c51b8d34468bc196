import { tf } from 'scorebook';
import { timeSize } from './workload';

/*
 * The paper's network and training step in plain tfjs, as one writes them without this library: tf.matMul and tf.add,
 * tf.randomNormal, tf.train.adam().minimize, one op after the other.
 */

const layer = (w: tf.Tensor[], index: number, rows: tf.Tensor): tf.Tensor =>
  tf.add(tf.matMul(rows as tf.Tensor2D, w[index] as tf.Tensor2D), w[index + 1]);

function mlp(w: tf.Tensor[], rows: tf.Tensor): tf.Tensor {
  let h = tf.relu(layer(w, 0, rows));
  for (let k = 2; k < w.length - 2; k += 2) h = tf.add(h, tf.relu(layer(w, k, h)));
  return layer(w, w.length - 2, h);
}

const frequencies = tf.tensor2d([
  Array.from({ length: timeSize / 2 }, (_, k) => 400 * 10_000 ** (-k / (timeSize / 2 - 1))),
]);

/** eps_hat(theta, t, x) [B, D] for t [B, 1]; weights in the order of the library's network. */
export function eagerNoise(w: tf.Tensor[], theta: tf.Tensor2D, t: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D {
  const angles = tf.mul(t, frequencies);
  const time = tf.concat([tf.sin(angles), tf.cos(angles)], 1);
  const [ofTheta, ofX, ofTime, bias] = w.slice(16, 20);
  const product = (rows: tf.Tensor, weights: tf.Tensor): tf.Tensor =>
    tf.matMul(rows as tf.Tensor2D, weights as tf.Tensor2D);
  const sum = tf.addN([
    product(mlp(w.slice(0, 8), theta), ofTheta),
    product(mlp(w.slice(8, 16), x), ofX),
    product(time, ofTime),
  ]);
  let h = tf.relu(tf.add(sum, bias));
  for (const k of [20, 22]) h = tf.add(h, tf.relu(layer(w, k, h)));
  return layer(w, 24, h) as tf.Tensor2D;
}

/** A training loop over given batches: `steps(from, count)` runs so many steps; `loss` of the last one. */
export function eagerTraining(
  first: tf.Tensor[],
  [theta, x]: [tf.Tensor2D, tf.Tensor2D],
  gamma: readonly number[],
  order: tf.Tensor2D,
  learningRate: number,
) {
  const weights = first.map((w) => tf.variable(w));
  const optimizer = tf.train.adam(learningRate);
  const meanCoeff = tf.tensor1d(gamma.map(Math.sqrt));
  const std = tf.tensor1d(gamma.map((value) => Math.sqrt(1 - value)));
  const step = (i: number): number =>
    tf.tidy(() => {
      const index = order.slice([i, 0], [1, -1]).as1D();
      const rows = tf.gather(theta, index);
      const data = tf.gather(x, index);
      const t = tf.randomUniform([index.shape[0]], 1, gamma.length - 1, 'int32').toInt();
      const eps = tf.randomNormal(rows.shape);
      const noisy = tf.add(
        tf.mul(tf.gather(meanCoeff, t).expandDims(1), rows),
        tf.mul(tf.gather(std, t).expandDims(1), eps),
      ) as tf.Tensor2D;
      const time = t
        .toFloat()
        .div(gamma.length - 1)
        .expandDims<tf.Tensor2D>(1);
      const loss = optimizer.minimize(
        () => tf.mean(tf.sum(tf.squaredDifference(eagerNoise(weights, noisy, time, data), eps), 1)) as tf.Scalar,
        true,
        weights,
      );
      return loss!.dataSync()[0];
    });
  return {
    steps: (count: number): number => {
      let loss = 0;
      for (let i = 0; i < count; i++) loss = step(i % order.shape[0]);
      return loss;
    },
    dispose: () => tf.dispose([...weights, meanCoeff, std]),
  };
}
