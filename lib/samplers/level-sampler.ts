import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import type { ComposedScore } from '../compose/composed-score';
import type { VpLevels } from '../diffusion/vp-levels';
import { foldKey, type Key } from '../graph/random';
import type { Descent, DescentState } from './descent';
import type { Sampler } from './sampler';

/** Options of every sampler that goes down discrete noise levels. */
export interface LevelSamplerOptions {
  /** The levels that it goes down. Default: those of the schedule, as the estimator was trained. */
  readonly levels?: VpLevels;
}

/** The step of a sampler that goes down the noise levels t = T - 1, ..., 1 from the reference N(0, I / precision). */
export interface LevelStep {
  /** Name and settings but for the levels, as messages say them. */
  readonly name: string;
  /** Score evaluations per particle at each level. */
  readonly callsPerLevel: number;
  /** As {@link Sampler.poolsParticles}. */
  readonly poolsParticles: boolean;
  /** The particles [B, D] after level t, an int32 scalar. Pure tfjs, so that it runs eagerly and in a graph. */
  step(target: ComposedScore, levels: VpLevels, t: tf.Scalar, theta: tf.Tensor2D, key: Key): tf.Tensor2D;
  /** The like steps that `step` consists of, where there are any, so that an error can name the one that diverged. */
  readonly parts?: LevelParts;
  /**
   * The largest factor x, a scalar, by which a level's step overshot: it took deviations from the mean times 1 - x.
   * Above 2 they grow from level to level. Where it is given, the sampler watches for that.
   */
  overshoot?(before: tf.Tensor2D, after: tf.Tensor2D): tf.Scalar;
}

/** The like steps of one level. */
export interface LevelParts {
  /** What one is called, such as `Langevin step`. */
  readonly name: string;
  /** How many a level has. */
  readonly count: number;
  /** The particles [B, D] after number `s` of level t, both int32 scalars; `key` is the level's. */
  step(target: ComposedScore, levels: VpLevels, t: tf.Scalar, theta: tf.Tensor2D, key: Key, s: tf.Scalar): tf.Tensor2D;
}

/** Particles start within about 5 of zero and end at parameters of order one: beyond this, they explode. */
const bound = 1e4;

type LevelState = DescentState & { readonly overshoot?: tf.Scalar };

/** The sampler of a step over discrete levels. */
export function levelSampler(step: LevelStep, { levels: own }: LevelSamplerOptions = {}): Sampler {
  return {
    id: own ? `${step.name} on ${own.gamma.join()}` : step.name,
    needsDiffused: false,
    poolsParticles: step.poolsParticles,
    descend: ({ levels = own }) => {
      demand(
        `${step.name} schedule`,
        levels !== undefined,
        'noise levels',
        'none',
        'Pass { levels: vpLevels() }, say.',
      );
      return levelDescent(step, own ?? levels!);
    },
  };
}

function levelDescent({ name, callsPerLevel, step, parts, overshoot }: LevelStep, levels: VpLevels): Descent {
  const level = (k: tf.Scalar): tf.Scalar => tf.sub(tf.scalar(levels.count - 1, 'int32'), k);
  return {
    name,
    rounds: levels.count - 1,
    calls: callsPerLevel * (levels.count - 1),
    bound,
    start: ({ referencePrecision }, noise): DescentState => ({
      theta: tf.div(noise, Math.sqrt(referencePrecision)) as tf.Tensor2D,
      ...(overshoot && { overshoot: tf.scalar(0) }),
    }),
    round: (target, { theta, overshoot: before }: LevelState, k, key): DescentState => {
      const t = level(k);
      const next = step(target, levels, t, theta, foldKey(key, t));
      return overshoot ? { theta: next, overshoot: tf.maximum(before!, overshoot(theta, next)) } : { theta: next };
    },
    ...(overshoot && { overshoot: ({ overshoot }: LevelState) => overshoot! }),
    ...(parts && {
      parts: {
        name: parts.name,
        count: parts.count,
        step: (target, theta, k, key, s) => parts.step(target, levels, level(k), theta, foldKey(key, level(k)), s),
      },
    }),
  };
}
