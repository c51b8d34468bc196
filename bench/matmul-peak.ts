import { graph, rng, tf } from 'scorebook';
import { product } from 'scorebook/dist/graph/dense';
import { seconds, type Measure } from './in-turns';

/** GFLOP/s of size x size float32 matrix products, one after the other in one graph. */
export function matmulPeak(size: number, products: number): { gflops: Measure; dispose(): void } {
  const source = rng(size);
  const reflection = tf.tidy(() => {
    // I - 2 v v^T is orthogonal: no product grows or fades into denormal numbers
    const v = tf.tensor2d(
      Float32Array.from({ length: size }, () => source.normal()),
      [size, 1],
    );
    return tf.sub(tf.eye(size), tf.mul(2, tf.matMul(v, v, false, true).div(tf.sum(tf.square(v))))) as tf.Tensor2D;
  });
  const start = tf.tensor2d(
    Float32Array.from({ length: size * size }, () => source.normal()),
    [size, size],
  );
  const program = graph.compile((a: tf.Tensor2D, c: tf.Tensor2D) =>
    graph.loop(products, c, (_, now) => product(a, now)),
  );
  return {
    gflops: async () =>
      (2 * size ** 3 * products) / 1e9 / (await seconds(() => tf.tidy(() => program(reflection, start).dataSync()))),
    dispose: () => {
      program.dispose();
      tf.dispose([reflection, start]);
    },
  };
}
