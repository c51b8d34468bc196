import type * as tf from '@tensorflow/tfjs';
import type { ComposedScore } from '../compose/composed-score';
import type { VpLevels } from '../diffusion/vp-levels';
import type { Key } from '../graph/random';

/** The step of a sampler that goes down the noise levels t = T - 1, ..., 1 from N(0, I / n). */
export interface Sampler {
  /** Name and settings: two samplers of the same id do the same. */
  readonly id: string;
  /** Score evaluations per particle at each level. */
  readonly callsPerLevel: number;
  /** The particles [B, D] after the step at level t, an int32 scalar. Pure tfjs, so that it runs eagerly and in a graph. */
  step(target: ComposedScore, levels: VpLevels, t: tf.Scalar, theta: tf.Tensor2D, key: Key): tf.Tensor2D;
}
