import * as tf from '@tensorflow/tfjs';
import { describedPosterior } from '../contract/descriptions';
import type { DrawOptions, Posterior, PosteriorDensity } from '../contract/posterior';
import { objectOf, requireCount } from '../core/checks';
import type { LogDensity } from '../distributions/log-density';
import { priorScore, type Prior } from '../distributions/prior';
import { compile } from '../graph/compile';
import type { Tensors } from '../graph/tensors';
import type { MixingLimits } from '../mcmc/diagnose';
import type { Kernel } from '../mcmc/kernel';
import { chainProgram, type ChainProgram, type ChainRun } from '../mcmc/sample-chains';
import { sliceSampling } from '../mcmc/slice-sampling';
import { inPasses, joined } from './density/in-passes';
import { promisingStarts } from './promising-starts';
import { withinSupport } from './within-support';

/** Options of a draw by Markov chains. */
export interface ChainSampleOptions extends DrawOptions {
  /** The chains' transition. Default `sliceSampling()`. */
  kernel?: Kernel;
  /** Chains that run side by side. Default 100. */
  chains?: number;
  /** Transitions that give no draws. Default 100. */
  warmup?: number;
  /** Transitions to each draw. Default 5. */
  thin?: number;
  /** When the chains count as mixed. */
  limits?: MixingLimits;
}

/** A posterior that is known up to a constant, and drawn from by Markov chains. */
export interface ChainPosterior extends Posterior<ChainSampleOptions> {
  /** The log density up to a constant. */
  readonly density: PosteriorDensity;
  /**
   * Draws as `sample`, with R-hat, effective sample sizes and whether the chains have mixed; the caller disposes its
   * samples, of which there may be a few more than `count`.
   * @throws InvalidInputError as `sample`.
   */
  run(count: number, options: ChainSampleOptions): Promise<ChainRun>;
}

/** The posteriors of one estimator: the prior times a factor of the observations. */
export interface ChainPosteriors<C extends Tensors> {
  /** The posterior of n observations; it owns the context's `observed` tensors, which no other may hold. */
  given(context: C, n: number, observed: tf.Tensor[]): ChainPosterior;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** What the posteriors of an estimator are made of. */
export interface ChainTarget<C extends Tensors> {
  readonly prior: Prior;
  /**
   * log L(theta) [B] at parameters [B, D], up to a constant; of tfjs operations only. The posterior's log density is
   * log p(theta) + log L(theta).
   */
  logFactor(theta: tf.Tensor2D, context: C): tf.Tensor1D;
  /** What printing says of the posteriors, such as `a learned likelihood`. */
  readonly origin: string;
}

/** Posteriors of a prior and a learned factor, by Markov chains in unconstrained coordinates. */
export function chainPosteriors<C extends Tensors>({ prior, logFactor, origin }: ChainTarget<C>): ChainPosteriors<C> {
  const ofPrior = priorScore(prior);
  const target: LogDensity<C> = {
    dim: prior.dim,
    ...(prior.support && { support: prior.support }),
    logProb: (theta, context) => tf.add(prior.logProb(theta), logFactor(theta, context)),
    score: (theta, context) => {
      const ofFactor = tf.grad((at: tf.Tensor) => tf.sum(logFactor(at as tf.Tensor2D, context)));
      return tf.add(ofPrior(theta), ofFactor(theta)) as tf.Tensor2D;
    },
  };
  const logDensity = compile((context: C, theta: tf.Tensor2D): tf.Tensor1D => {
    const value = tf.reshape(target.logProb(theta, context), [theta.shape[0]]) as tf.Tensor1D;
    return withinSupport(prior, theta, value);
  });
  const programs = new Map<string, ChainProgram<C>>();
  const programOf = (kernel: Kernel): ChainProgram<C> => {
    const known = programs.get(kernel.id) ?? chainProgram(target, kernel);
    programs.set(kernel.id, known);
    return known;
  };
  const given = (context: C, n: number, observed: tf.Tensor[]): ChainPosterior => {
    const logProb = async (theta: tf.Tensor2D, options: object): Promise<tf.Tensor1D> =>
      joined(
        await inPasses('Log density', theta.shape[0], options, (start, rows) =>
          tf.tidy(() => logDensity(context, tf.slice(theta, [start, 0], [rows, -1]))),
        ),
      );
    const run = async (count: number, options: ChainSampleOptions): Promise<ChainRun> => {
      requireCount('samples', count);
      const asked = objectOf('posterior.sample: options', options, '{ seed }');
      const { kernel = sliceSampling(), chains = 100, warmup = 100, thin = 5, ...work } = asked;
      const initial = await promisingStarts(prior, (theta) => logProb(theta, { progress: false }), chains, work.seed);
      try {
        return await programOf(kernel).run(context, {
          ...work,
          initial,
          warmup,
          thin,
          draws: Math.max(4, Math.ceil(count / chains)),
        });
      } finally {
        initial.dispose();
      }
    };
    const posterior: ChainPosterior = {
      n,
      dim: prior.dim,
      run,
      sample: async (count, options) => {
        const { samples } = await run(count, options);
        return tf.tidy(() => {
          const kept = tf.slice(samples, [0, 0], [count, -1]);
          samples.dispose();
          return kept;
        });
      },
      density: { normalised: false, logProb: (theta, options = {}) => logProb(theta, options) },
      dispose: () => tf.dispose(observed),
    };
    return describedPosterior(posterior, origin);
  };
  return {
    given,
    dispose: () => {
      logDensity.dispose();
      for (const program of programs.values()) program.dispose();
      programs.clear();
    },
  };
}
