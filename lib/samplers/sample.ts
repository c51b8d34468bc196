import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireFunction } from '../core/checks';
import { longWork, type LongWorkOptions } from '../core/host';
import type { ComposedScore } from '../compose/composed-score';
import { compile, type Compiled } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, randomKey, randomNormal, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';
import { roundOf, type Descent, type DescentState } from './descent';
import { divergenceSearch, overshootWarning } from './divergence';
import { runRounds } from './rounds';
import type { NoiseSchedule, Sampler } from './sampler';

/** Options of a draw. */
export interface SampleOptions extends LongWorkOptions {
  /** Seed of the draw: the same seed gives the same samples. */
  seed: number;
}

/** A sampler bound to a kind of target, ready to draw for any tensors that the target is made of. */
export interface SamplingProgram<C extends Tensors> {
  /** `samples` draws [samples, D] for the target of `context`; the caller disposes them. */
  sample(context: C, target: { n: number; dim: number }, samples: number, options: SampleOptions): Promise<tf.Tensor2D>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** Particles below which statistics over particles, such as a corrector's width, would be noise. */
const fewestPooled = 256;
/** Particles of one pass; more samples are drawn in several passes. */
export const mostParticles = 16_384;

/**
 * Compiles a sampler for the targets that `bind` makes of their tensors.
 *
 * The levels run in graph calls of about 120 ms, between which progress shows and an interrupt is heard. Where a
 * sampler's steps overshoot so far that deviations grow, as those of gaussianTransitions may, console.warn says so once
 * a draw.
 * @param schedule the noise that the sampler goes down: `diffusion`, `levels`, or both.
 * @param bind makes the target of `sample`'s tensors; it is recorded into the graph.
 * @throws InvalidInputError for a schedule without what the sampler needs and, from `sample`, where the number of
 * samples is not a positive whole number.
 * @throws NonFiniteError, from `sample`, where a particle leaves the finite numbers or, at discrete levels, is further
 * than 10,000 from zero: it names the level, for annealedLangevin the Langevin step, and the particle. FlowOdeError
 * where an adaptive sampler's particles do not arrive, and InterruptedError on interrupt.
 * @example
 * const score = gaussianScore([1, 2], [[1, 0], [0, 1]]);
 * const schedule = { levels: vpLevels({ count: 50 }) };
 * const program = samplingProgram(gaussianTransitions(), schedule, (_: tf.Tensor) => diffusedTarget(2, score));
 * await program.sample(tf.scalar(0), { n: 1, dim: 2 }, 1_000, { seed: 1 }); // shape [1000, 2]
 */
export function samplingProgram<C extends Tensors>(
  sampler: Sampler,
  schedule: Partial<NoiseSchedule>,
  bind: (context: C) => ComposedScore,
): SamplingProgram<C> {
  requireFunction('samplingProgram: sampler', sampler?.descend, 'a sampler, such as dpmSolver()');
  objectOf('samplingProgram: schedule', schedule, '{ diffusion } or { levels }');
  requireFunction('samplingProgram: bind', bind);
  const descent = sampler.descend(schedule);
  const passes = passProgram(descent, bind);
  return {
    sample: async (context, { n, dim }, samples, options) => {
      requireCount('samples', samples);
      const count = Math.ceil(samples / mostParticles);
      const isPooled = sampler.poolsParticles || (descent.overshoot !== undefined && n > 1);
      const particles = Math.max(isPooled ? fewestPooled : 1, Math.ceil(samples / count));
      const rounds = descent.roundsFor?.(n) ?? descent.rounds;
      return longWork('Sampling', count * rounds, options, async (progress, signal) => {
        const root = randomKey(options.seed);
        const drawn: tf.Tensor2D[] = [];
        let overshoot = 0;
        try {
          for (let i = 0; i < count; i++) {
            const key = foldKey(root, i);
            const done = await passes
              .run({ context, key, shape: [particles, dim], rounds }, signal, (left) =>
                progress.update((i + 1) * rounds - left),
              )
              .finally(() => key.dispose());
            drawn.push(done.theta);
            overshoot = Math.max(overshoot, done.overshoot);
          }
          const warning = overshootWarning(descent.name, overshoot, n);
          if (warning) console.warn(warning);
          return tf.tidy(() => tf.slice(tf.concat(drawn, 0), [0, 0], [samples, dim]) as tf.Tensor2D);
        } finally {
          tf.dispose([root, ...drawn]);
        }
      });
    },
    dispose: passes.dispose,
  };
}

/** One pass of particles along a descent. */
interface Pass<C extends Tensors> {
  readonly context: C;
  readonly key: Key;
  /** [B, D]. */
  readonly shape: [number, number];
  readonly rounds: number;
}

/** The compiled graphs of a descent, and how a pass runs through them. */
function passProgram<C extends Tensors>(descent: Descent, bind: (context: C) => ComposedScore) {
  const { name, finish, unfinished } = descent;
  const begin: Compiled<[C, tf.Tensor2D], DescentState> = compile((context, noise) =>
    descent.start(bind(context), noise),
  );
  const advance: Compiled<[DescentState, C, Key, tf.Scalar, tf.Scalar], DescentState> = compile(
    (state, context, key, from, count) => {
      const target = bind(context);
      return loop(count, state, (i, before) => roundOf(descent, target, before, tf.add(from, i) as tf.Scalar, key));
    },
  );
  const end: Compiled<[C, DescentState], tf.Tensor2D> | undefined =
    finish && compile((context, state) => finish(bind(context), state));
  const search = divergenceSearch(descent, bind);
  const run = async (
    { context, key, shape, rounds }: Pass<C>,
    signal: AbortSignal,
    onRounds: (left: number) => void,
  ): Promise<{ theta: tf.Tensor2D; overshoot: number }> => {
    const state = await runRounds<DescentState>(
      {
        name,
        rounds,
        advance: (before, k, count) =>
          tf.tidy(() => kept(advance(before, context, key, tf.scalar(k, 'int32'), tf.scalar(count, 'int32')))),
        look: (now) => ({ theta: now.theta, ...(unfinished && counts(unfinished, now)) }),
        dispose: (old) => void tf.dispose(kept(old)),
        bound: descent.bound,
        diverged: (before, k, count) => search.error(before, context, key, { from: k, count }),
      },
      tf.tidy(() => kept(begin(context, randomNormal<tf.Tensor2D>(foldKey(key, 0), shape)))),
      signal,
      onRounds,
    );
    try {
      const overshoot = descent.overshoot?.(state).dataSync()[0] ?? 0;
      return { theta: tf.tidy(() => (end ? end(context, state) : state.theta.clone())), overshoot };
    } finally {
      tf.dispose(kept(state));
    }
  };
  return {
    run,
    dispose: () => {
      for (const each of [begin, advance, end, search]) each?.dispose();
    },
  };
}

/** A state for `tf.tidy` to keep. */
function kept(state: DescentState): DescentState & tf.TensorContainerObject {
  return state as DescentState & tf.TensorContainerObject;
}

function counts(
  unfinished: (state: DescentState) => { moving: tf.Scalar; stuck: tf.Scalar },
  state: DescentState,
): { moving: number; stuck: number } {
  return tf.tidy(() => {
    const { moving, stuck } = unfinished(state);
    return { moving: moving.dataSync()[0], stuck: stuck.dataSync()[0] };
  });
}
