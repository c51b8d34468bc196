import * as tf from '@tensorflow/tfjs';
import type { NoiseLevel } from '../diffusion/noise-level';
import type { VpLevels } from '../diffusion/vp-levels';
import { randomInteger, type Key } from '../graph/random';

/** The law of the levels that a network is trained on: `count` of them in columns [count, 1]. */
export type LevelLaw = (key: Key, count: number) => NoiseLevel;

/** What errors of the noise [B, D] at levels count, [B]. */
export type NoiseErrorLoss = (error: tf.Tensor2D, level: NoiseLevel) => tf.Tensor1D;

/** The levels of training, and what errors there count. */
export interface LevelWeighting {
  readonly law: LevelLaw;
  readonly errorLoss: NoiseErrorLoss;
}

/** |error|^2, row by row. */
export function squaredNorm(error: tf.Tensor2D): tf.Tensor1D {
  return tf.sum(tf.square(error), 1);
}

/** The discrete levels t = 1, ..., T - 1, all as often. */
export function discreteLaw(levels: VpLevels): LevelLaw {
  return (key, count) => levels.at(randomInteger(key, [count], 1, levels.count));
}
