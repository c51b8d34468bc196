import * as tf from '@tensorflow/tfjs';
import type { VpLevels } from '../diffusion/vp-levels';
import { foldKey } from '../graph/random';
import type { Descent, DescentState } from './descent';
import type { Sampler } from './sampler';

/** The rounds of a sampler over discrete levels t = T - 1, ..., 1 from N(0, I / n). */
export function levelDescent(sampler: Sampler, levels: VpLevels): Descent {
  return {
    id: sampler.id,
    rounds: levels.count - 1,
    start: ({ n }, noise) => ({ theta: tf.div(noise, Math.sqrt(n)) as tf.Tensor2D }),
    round: (target, { theta }, k, key): DescentState => {
      const t = tf.sub(tf.scalar(levels.count - 1, 'int32'), k) as tf.Scalar;
      return { theta: sampler.step(target, levels, t, theta, foldKey(key, t)) };
    },
  };
}
