import * as tf from '@tensorflow/tfjs';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../core/errors';
import { breathe, longWork, type LongWorkOptions } from '../core/host';
import type { ComposedScore } from '../compose/composed-score';
import type { VpLevels } from '../diffusion/vp-levels';
import { compile, type Compiled } from '../graph/compile';
import { loop } from '../graph/loop';
import { foldKey, randomKey, randomNormal, type Key } from '../graph/random';
import type { Tensors } from '../graph/tensors';
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

/** Longest time that a graph call should keep the event loop waiting. */
const callMilliseconds = 120;
/** Particles below which statistics over particles, such as a corrector's width, would be noise. */
const fewestParticles = 256;
/** Particles of one pass; more samples are drawn in several passes. */
const mostParticles = 16_384;

/**
 * Compiles a sampler for the targets that `bind` makes of their tensors.
 *
 * The levels run in graph calls of about 120 ms, between which progress shows and an interrupt is heard.
 * @param bind makes the target of `sample`'s tensors; it is recorded into the graph.
 * @throws InvalidInputError, from `sample`, where the number of samples is not a positive whole number.
 * @throws NonFiniteError, from `sample`, where the particles leave the finite numbers, and InterruptedError on interrupt.
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
): SamplingProgram<C> {
  const advance: Compiled<[tf.Tensor2D, C, Key, tf.Scalar, tf.Scalar], tf.Tensor2D> = compile(
    (theta, context, key, from, count) => {
      const target = bind(context);
      return loop(count, theta, (i, particles) => {
        const t = tf.sub(from, i) as tf.Scalar;
        return sampler.step(target, levels, t, particles, foldKey(key, t));
      });
    },
  );
  const pass = async (
    context: C,
    n: number,
    dim: number,
    particles: number,
    key: Key,
    signal: AbortSignal,
    onLevel: (left: number) => void,
  ): Promise<tf.Tensor2D> => {
    let theta = tf.tidy(() =>
      randomNormal<tf.Tensor2D>(foldKey(key, 0), [particles, dim]).div<tf.Tensor2D>(Math.sqrt(n)),
    );
    let count = 1;
    try {
      for (let t = levels.count - 1; t >= 1;) {
        const now = Math.min(count, t);
        const started = performance.now();
        const next = tf.tidy(() => advance(theta, context, key, tf.scalar(t, 'int32'), tf.scalar(now, 'int32')));
        theta.dispose();
        theta = next;
        if (!Number.isFinite(tf.tidy(() => next.abs().max().dataSync()[0]))) {
          throw new NonFiniteError(
            `Sampling with ${sampler.id} left the finite numbers between levels ${t} and ${t - now + 1} of ${levels.count}. ` +
              'Smaller Langevin steps, or a sampler without them (gaussianTransitions), may hold; so may a score that was trained longer.',
          );
        }
        t -= now;
        onLevel(t);
        await breathe();
        if (signal.aborted) throw new InterruptedError(`Sampling was interrupted at level ${t} of ${levels.count}.`);
        count = Math.max(1, Math.round((callMilliseconds / (performance.now() - started)) * now));
      }
    } catch (error) {
      theta.dispose();
      throw error;
    }
    return theta;
  };
  return {
    sample: async (context, { n, dim }, samples, options) => {
      if (!Number.isInteger(samples) || samples < 1) {
        throw new InvalidInputError('samples', { expected: 'a positive whole number', received: String(samples) });
      }
      const passes = Math.ceil(samples / mostParticles);
      const particles = Math.max(fewestParticles, Math.ceil(samples / passes));
      return longWork('Sampling', passes * (levels.count - 1), options, async (progress, signal) => {
        const root = randomKey(options.seed);
        const drawn: tf.Tensor2D[] = [];
        try {
          for (let i = 0; i < passes; i++) {
            const key = foldKey(root, i);
            drawn.push(
              await pass(context, n, dim, particles, key, signal, (left) =>
                progress.update((i + 1) * (levels.count - 1) - left),
              ).finally(() => key.dispose()),
            );
          }
          return tf.tidy(() => tf.slice(tf.concat(drawn, 0), [0, 0], [samples, dim]) as tf.Tensor2D);
        } finally {
          tf.dispose([root, ...drawn]);
        }
      });
    },
    dispose: () => advance.dispose(),
  };
}
