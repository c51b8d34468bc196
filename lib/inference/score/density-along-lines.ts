import * as tf from '@tensorflow/tfjs';
import type { PosteriorDensity } from '../../contract/posterior';
import type { LongWorkOptions } from '../../core/host';
import { requireParameters, type Frame } from '../frame';
import type { PosteriorDensityOptions } from './score-density';

/** A log density that is known along lines from a point amid the posterior, up to a constant. */
export interface DensityAlongLines extends PosteriorDensity<PosteriorDensityOptions> {
  /** Frees that point. */
  dispose(): void;
}

/**
 * The log density in the prior's parameters. Terms of the composed score are of order n, and so would be those of the
 * density, whose float32 differences were worth little; along a line only the differences arise.
 * @param draw draws in whose middle the lines begin; asked for once.
 * @param logRatio log p(y) - log p(from) in the frame.
 */
export function densityAlongLines(
  draw: () => Promise<tf.Tensor2D>,
  frame: Frame,
  logRatio: (path: { from: tf.Tensor2D; y: tf.Tensor2D }, options: LongWorkOptions) => Promise<tf.Tensor1D>,
): DensityAlongLines {
  let middle: tf.Tensor2D | undefined;
  const findMiddle = async (): Promise<tf.Tensor2D> => {
    if (middle) return middle;
    const draws = await draw();
    // another evaluation may have been faster
    middle ??= tf.tidy(() => tf.mean(frame.toNetwork(draws), 0, true) as tf.Tensor2D);
    draws.dispose();
    return middle;
  };
  return {
    normalised: false,
    logProb: async (theta, { signal, progress } = {}) => {
      requireParameters('logProb: theta', theta, frame);
      const from = await findMiddle();
      const y = tf.tidy(() => frame.toNetworkInside(theta));
      try {
        const ofY = await logRatio({ from, y }, { signal, progress });
        return tf.tidy(() => {
          const logProb = frame.logProb(theta, ofY).clone();
          ofY.dispose();
          return logProb;
        });
      } finally {
        y.dispose();
      }
    },
    dispose: () => middle?.dispose(),
  };
}
