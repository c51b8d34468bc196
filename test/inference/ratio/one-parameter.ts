import * as tf from '@tensorflow/tfjs';
import { normal } from '../../../lib/distributions/normal';
import type { TrainedRatioEstimator } from '../../../lib/inference/ratio/fit-ratio';
import { nre } from '../../../lib/inference/ratio/nre';
import { residual } from '../../../lib/nn/ratio/residual';
import { exactLogRatio, gaussianPairs } from '../../training/ratio/gaussian-pairs';
import { quiet, valuesOf } from '../quick-estimator';

export const [count, fresh] = [2000, gaussianPairs(400, 77)];
export const prior = normal({ mean: [0], std: 1 });
const column = (values: readonly number[]): tf.Tensor2D => tf.tensor2d([...values], [values.length, 1]);
export const settings = { seed: 1, classifier: residual({ width: 24, blocks: 1, squares: 4 }), ...quiet };

/** Trains on pairs of one parameter and one data value. */
export async function trainedOn(
  { theta, x }: { theta: number[]; x: number[] },
  options: Partial<Parameters<typeof nre.train>[1]> = {},
): Promise<TrainedRatioEstimator> {
  const pairs = { theta: column(theta), x: column(x) };
  try {
    return await nre.train(pairs, { prior, ...settings, ...options });
  } finally {
    tf.dispose([pairs.theta, pairs.x]);
  }
}

/** The root mean square of log r less the exact one, over fresh pairs. */
export async function errorOf(estimator: TrainedRatioEstimator): Promise<number> {
  const errors = await Promise.all(
    fresh.theta.slice(0, 100).map(async (theta, i) => {
      const [found] = await valuesOf(estimator.logRatio([[theta]], [[fresh.x[i]]]));
      return found - exactLogRatio(theta, fresh.x[i]);
    }),
  );
  return Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
}
