import type * as tf from '@tensorflow/tfjs';
import type { Bijector } from './bijector';
import type { LogDensity } from './log-density';
import { unconstrained } from './unconstrained';
import { unconstrainedDensity } from './unconstrained-density';

/** The gradient of a density in coordinates without walls, as posteriors have it. */
export function unconstrainedGradient(density: LogDensity): {
  coordinates: Bijector;
  at(z: tf.Tensor2D): tf.Tensor2D;
} {
  return { coordinates: unconstrained(density), at: (z) => unconstrainedDensity(density).score(z) };
}
