import type * as tf from '@tensorflow/tfjs';
import type { Bijector } from './bijector';
import type { LogDensity } from './log-density';
import type { Support } from './prior';
import { unconstrained } from './unconstrained';
import { unconstrainedDensity } from './unconstrained-density';

/** The gradient of a density in coordinates without walls, as posteriors have it. */
export function unconstrainedGradient(density: LogDensity): {
  coordinates: Bijector;
  support?: Support;
  at(z: tf.Tensor2D): tf.Tensor2D;
} {
  const { support } = density;
  return {
    coordinates: unconstrained(density),
    ...(support && { support }),
    at: (z) => unconstrainedDensity(density).score(z),
  };
}
