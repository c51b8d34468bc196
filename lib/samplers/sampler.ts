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
  /** The like steps that `step` consists of, where there are any, so that an error can name the one that diverged. */
  readonly parts?: SamplerParts;
  /**
   * The largest factor x, a scalar, by which a level's step overshot: it took deviations from the mean times 1 - x. Above 2 they grow from level
   * to level. Where it is given, the sampler watches for that.
   */
  overshoot?(before: tf.Tensor2D, after: tf.Tensor2D): tf.Scalar;
}

/** The like steps of one level. */
export interface SamplerParts {
  /** What one is called, such as `Langevin step`. */
  readonly name: string;
  /** How many a level has. */
  readonly count: number;
  /** The particles [B, D] after number `s` of level t, both int32 scalars; `key` is the level's. */
  step(target: ComposedScore, levels: VpLevels, t: tf.Scalar, theta: tf.Tensor2D, key: Key, s: tf.Scalar): tf.Tensor2D;
}
