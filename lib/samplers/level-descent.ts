import * as tf from '@tensorflow/tfjs';
import type { VpLevels } from '../diffusion/vp-levels';
import { foldKey } from '../graph/random';
import type { Descent, DescentState } from './descent';
import type { Sampler } from './sampler';

/** Particles start within about 5 of zero and end at parameters of order one: beyond this, they explode. */
const bound = 1e4;

type LevelState = DescentState & { readonly overshoot?: tf.Scalar };

/** The rounds of a sampler over discrete levels t = T - 1, ..., 1 from N(0, I / n). */
export function levelDescent(sampler: Sampler, levels: VpLevels): Descent {
  const { parts } = sampler;
  const level = (k: tf.Scalar): tf.Scalar => tf.sub(tf.scalar(levels.count - 1, 'int32'), k);
  return {
    id: sampler.id,
    rounds: levels.count - 1,
    bound,
    start: ({ n }, noise): DescentState => ({
      theta: tf.div(noise, Math.sqrt(n)) as tf.Tensor2D,
      ...(sampler.overshoot && { overshoot: tf.scalar(0) }),
    }),
    round: (target, { theta, overshoot }: LevelState, k, key): DescentState => {
      const t = level(k);
      const next = sampler.step(target, levels, t, theta, foldKey(key, t));
      if (!sampler.overshoot) return { theta: next };
      return { theta: next, overshoot: tf.maximum(overshoot!, sampler.overshoot(theta, next)) };
    },
    ...(sampler.overshoot && { overshoot: ({ overshoot }: LevelState) => overshoot! }),
    ...(parts && {
      parts: {
        name: parts.name,
        count: parts.count,
        step: (target, theta, k, key, s) => parts.step(target, levels, level(k), theta, foldKey(key, level(k)), s),
      },
    }),
  };
}
