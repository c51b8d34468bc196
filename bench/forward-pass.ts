import { graph, rng, tf } from 'scorebook';
import type { diffusion } from 'scorebook';
import { predictNoise } from 'scorebook/dist/nn/score/score-model';
import { eagerNoise } from './eager';
import { seconds, type Measure } from './in-turns';
import { dim, firstWeights, model } from './workload';

/**
 * Forward passes over `rows` rows, each with its own theta, x and t: seconds per pass. Each pass depends on the one
 * before, so that none can be left out or moved out of the loop.
 */
export function forwardContestants(
  rows: number,
  passes: { compiled: number; eager: number },
): { compiled: Measure; eager: Measure; dispose(): void } {
  const source = rng(rows);
  const draw = (): tf.Tensor2D =>
    tf.tensor2d(
      Float32Array.from({ length: rows * dim }, () => source.normal()),
      [rows, dim],
    );
  const start = {
    theta: draw(),
    x: draw(),
    t: tf.tensor2d(
      Float32Array.from({ length: rows }, () => source.uniform()),
      [rows, 1],
    ),
  };
  const weights = firstWeights();
  const one = tf.ones<tf.Rank.R2>([rows, 1]);
  const after = ({ theta, x, t }: typeof start, noise: tf.Tensor2D): typeof start => ({
    theta: tf.add(theta, tf.mul(noise, 1e-6)),
    x: tf.add(x, tf.mul(noise, 1e-6)),
    t: tf.mul(t, 0.9999),
  });
  const program = graph.compile((w: tf.Tensor[], at: typeof start) =>
    graph.loop(passes.compiled, at, (_, now) => {
      const level: diffusion.NoiseLevel = { t: now.t, meanCoeff: one, std: one };
      return after(now, predictNoise(model, { network: w, closedForm: {} }, { theta: now.theta, level, x: now.x }));
    }),
  );
  return {
    compiled: async () =>
      (await seconds(() => tf.tidy(() => program(weights, start).theta.dataSync()))) / passes.compiled,
    eager: async () =>
      (await seconds(() =>
        tf.tidy(() => {
          let now = start;
          for (let i = 0; i < passes.eager; i++)
            now = tf.tidy(() => after(now, eagerNoise(weights, now.theta, now.t, now.x)));
          now.theta.dataSync();
        }),
      )) / passes.eager,
    dispose: () => {
      program.dispose();
      tf.dispose([start, weights, one]);
    },
  };
}
