import * as tf from '@tensorflow/tfjs';
import type { DrawOptions } from '../../contract/posterior';
import type { LongWorkOptions } from '../../core/host';
import { compile } from '../../graph/compile';
import { foldKey, randomKey, type Key } from '../../graph/random';
import { requireParameters, type Frame } from '../frame';
import type { DensityModel } from './density-model';
import { inPasses, joined, mostRows } from './in-passes';

/** The compiled passes of a density, in the prior's parameters. */
export interface DensityPrograms {
  /** One draw for each of `count` rows; `contexts` gives the contexts [rows, C] of some of them. */
  sample(
    count: number,
    contexts: (start: number, rows: number) => tf.Tensor2D,
    options: DrawOptions,
  ): Promise<tf.Tensor2D>;
  /** log q(theta | context) [B], -Infinity outside of the prior's support, of one context [1, C]. */
  logProb(context: tf.Tensor2D, theta: tf.Tensor2D, options: LongWorkOptions): Promise<tf.Tensor1D>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** The passes of trained weights, which stay their owner's. */
export function densityPrograms(model: DensityModel, weights: tf.Tensor[], frame: Frame): DensityPrograms {
  const draw = compile((w: tf.Tensor[], key: Key, context: tf.Tensor2D): tf.Tensor2D =>
    frame.toParameters(model.density.sample(model.densityWeights(w), key, context)),
  );
  const logDensity = compile((w: tf.Tensor[], context: tf.Tensor2D, theta: tf.Tensor2D): tf.Tensor1D => {
    const ofY = model.density.logProb(model.densityWeights(w), frame.toNetwork(theta), context);
    return frame.logProb(theta, ofY);
  });
  return {
    sample: async (count, contexts, { seed, ...work }) => {
      const root = randomKey(seed);
      const parts = await inPasses('Sampling', count, work, (start, rows) =>
        tf.tidy(() => draw(weights, start === 0 ? root : foldKey(root, start / mostRows), contexts(start, rows))),
      ).finally(() => root.dispose());
      return joined(parts);
    },
    logProb: async (context, theta, options) => {
      requireParameters('logProb: theta', theta, frame);
      const parts = await inPasses('Log density', theta.shape[0], options, (start, rows) =>
        tf.tidy(() => logDensity(weights, context, tf.slice(theta, [start, 0], [rows, -1]))),
      );
      return joined(parts);
    },
    dispose: () => {
      draw.dispose();
      logDensity.dispose();
    },
  };
}
