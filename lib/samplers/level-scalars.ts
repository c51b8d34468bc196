import * as tf from '@tensorflow/tfjs';
import type { VpLevels } from '../diffusion/vp-levels';

/** alpha_t and 1 - alpha_t of level t; the difference is taken in double precision. */
export function alphaAt(levels: VpLevels, t: tf.Scalar): { alpha: tf.Tensor; beta: tf.Tensor } {
  const at = (values: readonly number[]): tf.Tensor => tf.gather(tf.tensor1d(values as number[]), t);
  return { alpha: at(levels.alpha), beta: at(levels.alpha.map((value) => 1 - value)) };
}
