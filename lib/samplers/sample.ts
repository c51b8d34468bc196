import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../core/errors';
import { longWork, type LongWorkOptions } from '../core/host';
import type { ComposedScore } from '../compose/composed-score';
import type { Diffusion } from '../diffusion/diffusion';
import type { VpLevels } from '../diffusion/vp-levels';
import { compile, type Compiled } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, randomKey, randomNormal, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';
import type { DescentState } from './descent';
import { divergenceSearch, overshootWarning } from './divergence';
import type { DiffusionSampler } from './diffusion-sampler';
import { levelDescent } from './level-descent';
import { runRounds } from './rounds';
import type { Sampler } from './sampler';

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
const fewestParticles = 256;
/** Particles of one pass; more samples are drawn in several passes. */
const mostParticles = 16_384;

/**
 * Compiles a sampler for the targets that `bind` makes of their tensors.
 *
 * The levels run in graph calls of about 120 ms, between which progress shows and an interrupt is heard. Where a sampler's steps overshoot so
 * far that deviations grow, as those of gaussianTransitions may, console.warn says so once a draw.
 * @param sampler one that goes down discrete levels, or one that follows a diffusion's reverse equations.
 * @param levels the levels, or the diffusion.
 * @param bind makes the target of `sample`'s tensors; it is recorded into the graph.
 * @throws InvalidInputError, from `sample`, where the number of samples is not a positive whole number.
 * @throws NonFiniteError, from `sample`, where a particle leaves the finite numbers or, at discrete levels, is further than 10,000 from zero:
 * it names the level, for annealedLangevin the Langevin step, and the particle. FlowOdeError where an adaptive sampler's particles do not
 * arrive, and InterruptedError on interrupt.
 * @example
 * const program = samplingProgram(gaussianTransitions(), vpLevels({ count: 50 }), ({ mean }: { mean: tf.Tensor1D }) => ({
 *   n: 1, dim: 2, observations: (theta, { meanCoeff }) => tf.sub(tf.mul(meanCoeff, mean), theta), priorCorrection: (theta) => tf.zerosLike(theta),
 * }));
 * await program.sample({ mean: tf.tensor1d([1, 2]) }, { n: 1, dim: 2 }, 1_000, { seed: 1 }); // shape [1000, 2]
 */
export function samplingProgram<C extends Tensors>(
  sampler: Sampler,
  levels: VpLevels,
  bind: (context: C) => ComposedScore,
): SamplingProgram<C>;
export function samplingProgram<C extends Tensors>(
  sampler: DiffusionSampler,
  diffusion: Diffusion,
  bind: (context: C) => ComposedScore,
): SamplingProgram<C>;
export function samplingProgram<C extends Tensors>(
  sampler: Sampler | DiffusionSampler,
  levels: VpLevels | Diffusion,
  bind: (context: C) => ComposedScore,
): SamplingProgram<C> {
  const descent =
    'descend' in sampler ? sampler.descend(levels as Diffusion) : levelDescent(sampler, levels as VpLevels);
  const { id, rounds, finish, unfinished } = descent;
  const begin: Compiled<[C, tf.Tensor2D], DescentState> = compile((context, noise) =>
    descent.start(bind(context), noise),
  );
  const advance: Compiled<[DescentState, C, Key, tf.Scalar, tf.Scalar], DescentState> = compile(
    (state, context, key, from, count) => {
      const target = bind(context);
      return loop(count, state, (i, before) => descent.round(target, before, tf.add(from, i) as tf.Scalar, key));
    },
  );
  const end: Compiled<[C, DescentState], tf.Tensor2D> | undefined =
    finish && compile((context, state) => finish(bind(context), state));
  const search = divergenceSearch(descent, bind);
  const pass = async (
    context: C,
    dim: number,
    particles: number,
    key: Key,
    signal: AbortSignal,
    onRounds: (left: number) => void,
  ): Promise<{ theta: tf.Tensor2D; overshoot: number }> => {
    const first = tf.tidy(() => kept(begin(context, randomNormal<tf.Tensor2D>(foldKey(key, 0), [particles, dim]))));
    const state = await runRounds<DescentState>(
      {
        id,
        rounds,
        advance: (before, k, count) =>
          tf.tidy(() => kept(advance(before, context, key, tf.scalar(k, 'int32'), tf.scalar(count, 'int32')))),
        look: (now) => ({ theta: now.theta, ...(unfinished && counts(unfinished, now)) }),
        dispose: (old) => void tf.dispose(kept(old)),
        bound: descent.bound,
        diverged: (before, k, count) => search.error(before, context, key, { from: k, count }),
      },
      first,
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
    sample: async (context, { n, dim }, samples, options) => {
      if (!Number.isInteger(samples) || samples < 1) {
        throw new InvalidInputError('samples', { expected: 'a positive whole number', received: String(samples) });
      }
      const passes = Math.ceil(samples / mostParticles);
      const particles = Math.max(fewestParticles, Math.ceil(samples / passes));
      return longWork('Sampling', passes * rounds, options, async (progress, signal) => {
        const root = randomKey(options.seed);
        const drawn: tf.Tensor2D[] = [];
        const overshoots: number[] = [];
        try {
          for (let i = 0; i < passes; i++) {
            const key = foldKey(root, i);
            const { theta, overshoot } = await pass(context, dim, particles, key, signal, (left) =>
              progress.update((i + 1) * rounds - left),
            ).finally(() => key.dispose());
            drawn.push(theta);
            overshoots.push(overshoot);
          }
          const warning = overshootWarning(id, Math.max(...overshoots), n);
          if (warning) console.warn(warning);
          return tf.tidy(() => tf.slice(tf.concat(drawn, 0), [0, 0], [samples, dim]) as tf.Tensor2D);
        } finally {
          tf.dispose([root, ...drawn]);
        }
      });
    },
    dispose: () => {
      begin.dispose();
      advance.dispose();
      end?.dispose();
      search.dispose();
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
