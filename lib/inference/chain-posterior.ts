import * as tf from '@tensorflow/tfjs';
import { describedPosterior } from '../contract/descriptions';
import type { DrawEachOptions } from '../contract/estimator';
import type { DrawOptions, Posterior, PosteriorDensity } from '../contract/posterior';
import { objectOf, requireColumns, requireCount, requireNumber } from '../core/checks';
import { longWork, type PartOptions } from '../core/host';
import { inParts } from '../core/parts';
import { rng } from '../core/rng';
import { unconstrainedGradient } from '../distributions/unconstrained-gradient';
import { compile } from '../graph/compile';
import type { Tensors } from '../graph/tensors';
import { annealedStarts } from '../mcmc/annealed-starts';
import type { MixingLimits } from '../mcmc/diagnose';
import { differentialEvolution } from '../mcmc/differential-evolution';
import { factoredDensity, type FactoredDensity } from '../mcmc/factored-density';
import type { Kernel } from '../mcmc/kernel';
import { chainProgram, type ChainProgram, type ChainRun } from '../mcmc/sample-chains';
import { fewestDraws, someOf } from './chain-draws';
import { inPasses, joined } from './density/in-passes';
import { withinSupport } from './within-support';

/** Options of a draw by Markov chains. */
export interface ChainSampleOptions extends DrawOptions {
  /** The chains' transition. Default `mcmc.differentialEvolution()`. */
  kernel?: Kernel;
  /** Chains that run side by side. Default 500. */
  chains?: number;
  /** Transitions after the annealed start that give no draws. Default 32. */
  warmup?: number;
  /** Transitions to each draw. Default `independent`: as many as make draws nearly so, which pilot runs find. */
  thin?: number | 'independent';
  /** When the chains count as mixed. */
  limits?: MixingLimits;
}

/**
 * A posterior that is known up to a constant, and drawn from by Markov chains.
 *
 * The chains start from particles that were led from the prior to the posterior by rising powers of the likelihood or
 * ratio, which gives each mode about its share of them. Then they run until draws are nearly independent, and for 20
 * draws each at least, fewer chains for more, since less says nothing about mixing. `sample` warns where R-hat or
 * effective sample sizes say that they have not mixed. Modes between which chains hardly cross count as not mixed, too:
 * their weights then rest on the annealing alone, and no chain can confirm them.
 */
export interface ChainPosterior extends Posterior<ChainSampleOptions> {
  /** The log density up to a constant. */
  readonly density: PosteriorDensity;
  /**
   * Draws with R-hat, effective sample sizes and whether the chains have mixed; the caller disposes its samples, all
   * that were drawn: at least `count`, and 20 of each of 500 chains.
   * @throws InvalidInputError as `sample`.
   */
  run(count: number, options: ChainSampleOptions): Promise<ChainRun>;
}

/** The posteriors of one estimator: the prior times a factor of the observations. */
export interface ChainPosteriors<C extends Tensors> {
  /** The posterior of n observations; it owns the context's `observed` tensors, which no other may hold. */
  given(context: C, n: number, observed: tf.Tensor[]): ChainPosterior;
  /**
   * Draws [N, K, D] from the posterior of each of N contexts, one after the other, by the same compiled chains; the
   * caller disposes them, and keeps the contexts.
   */
  drawEach(contexts: readonly C[], options: DrawEachOptions & ChainSampleOptions): Promise<tf.Tensor3D>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** What the posteriors of an estimator are made of: log p(theta) + log L(theta). */
export interface ChainTarget<C extends Tensors> extends FactoredDensity<C> {
  /** log L(theta) [B] at parameters [B, D], up to a constant; of tfjs operations only. */
  logFactor(theta: tf.Tensor2D, context: C): tf.Tensor1D;
  /** What printing says of the posteriors, such as `a learned likelihood`. */
  readonly origin: string;
}

/** Lengths of annealing and of chains in the display of both. */
const plan = [1, 4];

/** Posteriors of a prior and a learned factor, by Markov chains in unconstrained coordinates. */
export function chainPosteriors<C extends Tensors>(family: ChainTarget<C>): ChainPosteriors<C> {
  const { prior, origin } = family;
  const target = factoredDensity(family);
  const logDensity = compile((context: C, theta: tf.Tensor2D): tf.Tensor1D => {
    const value = tf.reshape(target.logProb(theta, context), [theta.shape[0]]) as tf.Tensor1D;
    return withinSupport(prior, theta, value);
  });
  const starts = annealedStarts(family);
  const programs = new Map<string, ChainProgram<C>>();
  const programOf = (kernel: Kernel): ChainProgram<C> => {
    const known = programs.get(kernel.id) ?? chainProgram(target, kernel);
    programs.set(kernel.id, known);
    return known;
  };
  const run = async (context: C, count: number, options: ChainSampleOptions & PartOptions): Promise<ChainRun> => {
    requireCount('samples', count);
    const asked = objectOf('posterior.sample: options', options, '{ seed }');
    const { kernel = differentialEvolution(), chains = usualChains(prior.dim), seed } = asked;
    const { warmup = 32, thin = 'independent', limits, ...work } = asked;
    requireCount('posterior.sample: chains', chains);
    requireNumber('posterior.sample: seed', seed, 'a finite number');
    return longWork('Sampling', plan[0] + plan[1], work, async (progress, signal) => {
      const part = { signal, within: inParts(progress, plan), seed };
      const { theta: initial } = await starts.run(context, { ...part, chains });
      const draws = Math.max(fewestDraws(chains), Math.ceil(count / chains));
      try {
        return await programOf(kernel).run(context, { ...part, initial, warmup, thin, draws, limits });
      } finally {
        initial.dispose();
      }
    });
  };
  const sample = async (context: C, count: number, options: ChainSampleOptions & PartOptions): Promise<tf.Tensor2D> => {
    const { samples } = await run(context, count, options);
    return someOf(samples, count, options.seed);
  };
  return {
    given: (context, n, observed) => {
      const logProb = async (theta: tf.Tensor2D, options: object): Promise<tf.Tensor1D> => {
        requireColumns('logProb: theta', theta, prior.dim, 'parameters');
        return joined(
          await inPasses('Log density', theta.shape[0], options, (start, rows) =>
            tf.tidy(() => logDensity(context, tf.slice(theta, [start, 0], [rows, -1]))),
          ),
        );
      };
      const posterior: ChainPosterior = {
        n,
        dim: prior.dim,
        run: (count, options) => run(context, count, options),
        sample: (count, options) => sample(context, count, options),
        density: { normalised: false, logProb: (theta, options = {}) => logProb(theta, options) },
        gradient: unconstrainedGradient({
          ...prior,
          logProb: (theta) => target.logProb(theta, context),
          score: (theta) => target.score(theta, context),
        }),
        dispose: () => tf.dispose(observed),
      };
      return describedPosterior(posterior, origin);
    },
    drawEach: async (contexts, { draws, seed, ...work }) => {
      const drawn: tf.Tensor2D[] = [];
      const source = rng(seed);
      try {
        return await longWork('Sampling', contexts.length, work, async (progress, signal) => {
          const within = inParts(progress, new Array<number>(contexts.length).fill(1));
          for (const [i, context] of contexts.entries()) {
            const own = source.fork(i).integer(0, 2 ** 31);
            drawn.push(await sample(context, draws, { ...work, signal, within, seed: own }));
          }
          return tf.tidy(() => tf.stack(drawn) as tf.Tensor3D);
        });
      } finally {
        tf.dispose(drawn);
      }
    },
    dispose: () => {
      logDensity.dispose();
      starts.dispose();
      for (const program of programs.values()) program.dispose();
      programs.clear();
    },
  };
}

/** Enough chains to go through the steps of large batches at full speed, and to span the space many times. */
function usualChains(dim: number): number {
  return Math.max(500, 10 * dim);
}
