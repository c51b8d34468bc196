import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireFunction, requireNumber } from '../core/checks';
import { longWork, type PartOptions } from '../core/host';
import type { Rows } from '../core/rows';
import { unconstrained } from '../distributions/unconstrained';
import type { LogDensity } from '../distributions/log-density';
import type { Prior } from '../distributions/prior';
import { randomKey } from '../graph/random';
import { flatten, type Tensors } from '../graph/tensors';
import { chainGraphs } from './chain-graphs';
import { densityGiven, type Context } from './context';
import { diagnose, type Mixing, type MixingLimits } from './diagnose';
import { drawChains } from './draw-chains';
import { independentDraws } from './independent-draws';
import { requireKernel, type Kernel, type Point } from './kernel';
import { startPoints } from './start-points';
import { warmUp, type ChainWork } from './warm-up';

/** Options of a run of chains. */
export interface ChainOptions extends PartOptions {
  /**
   * Where the chains start: rows [C, D], or a prior to draw them from. Wider than the density is better than narrower.
   */
  initial: Rows | Pick<Prior, 'dim' | 'sample'>;
  /** C, the number of chains. Default: the rows of `initial`, or 64 from a prior. */
  chains?: number;
  /** Transitions that find step and spread and give no draws. Default 500. */
  warmup?: number;
  /** Draws of each chain. Default 500. */
  draws?: number;
  /**
   * Transitions to each draw; `independent` for as many as make them nearly so, which pilot runs after the warm-up
   * find. Default 1.
   */
  thin?: number | 'independent';
  /** Seed of the run: the same seed gives the same samples. */
  seed: number;
  /** When the chains count as mixed. */
  limits?: MixingLimits;
}

/** The samples of a run of chains, what its transitions did, and whether the chains have mixed. */
export interface ChainRun extends Mixing {
  /**
   * The samples [draws C, D]: row i C + c is draw i of chain c, so the first rows are one draw of each chain. The
   * caller disposes them.
   */
  readonly samples: tf.Tensor2D;
  /** Transitions to each draw. */
  readonly thin: number;
  /** The mean acceptance probability after warm-up. */
  readonly acceptance: number;
  /** Divergent transitions after warm-up. */
  readonly divergences: number;
  /** The step after warm-up, in units of the spread. */
  readonly stepSize: number;
  /** The standard deviations [D] that warm-up estimated, in unconstrained coordinates where there is a support. */
  readonly spread: readonly number[];
  /** The share of tries in which each pair of neighbouring temperatures [K - 1] exchanged positions; empty for one. */
  readonly exchanges: readonly number[];
}

/** A kernel bound to a density, ready to run for any tensors that the density is given. */
export interface ChainProgram<C extends Context> {
  /**
   * Runs the chains on the density of `context`, whose tensors stay the caller's; undefined for a density without one.
   * @returns the run; the caller disposes its samples.
   */
  run(context: C, options: ChainOptions): Promise<ChainRun>;
  /** Frees the compiled graphs. */
  dispose(): void;
}

/** Numbers that one call may keep, for the draws. */
const numbersPerCall = 2 ** 18;
/** The most draws of one call. */
const drawsPerCall = 64;

/**
 * Compiles a kernel for a density, once for all contexts of one form, such as all observations of one shape; another
 * form, or another number of chains, is compiled when it first comes.
 *
 * The warm-up has five windows, of 1, 2, 4, 7 and 2 sixteenths of it: each starts the search for the step anew, and
 * each but the last ends with a new spread from all chains' positions in it. A density with a support is sampled in
 * unconstrained coordinates z with the Jacobian, p(theta(z)) |d theta / d z|, so that no sample is outside. The
 * transitions run in graph calls of about 120 ms, between which progress shows and an interrupt is heard. Where R-hat
 * is above 1.01 or the effective sample size below 400 in any dimension, `mixed` is false and console.warn says so once
 * a run.
 * @param density such as `tasks.unnormalisedPosterior(task)`, whose context is `{ x }`, the observations [n, L].
 * @param kernel hmc(), randomWalkMetropolis(), sliceSampling(), differentialEvolution(), or one of them tempered().
 * @throws InvalidInputError, from `run`, for options out of their ranges, invalid initial rows or a context that is not
 * made of tensors; NonFiniteError where the density or its score is not finite at an initial row (names it), and
 * InterruptedError on interrupt.
 * @example
 * const program = chainProgram(tasks.unnormalisedPosterior(tasks.gaussianLinear([0.5, 1])), hmc());
 * const options = { initial: prior, chains: 10, warmup: 100, draws: 100, seed: 1 };
 * const first = await program.run({ x: tf.tensor2d([[1, 2]]) }, options);
 * const second = await program.run({ x: tf.tensor2d([[0, 3]]) }, options); // the same graphs
 * program.dispose();
 */
export function chainProgram<P extends Point, C extends Context>(
  density: LogDensity<C>,
  kernel: Kernel<P>,
): ChainProgram<C> {
  requireFunction('sampleChains: density', density?.logProb, 'a density { dim, logProb, score }');
  requireKernel('sampleChains', kernel);
  const graphs = chainGraphs(density, kernel);
  const { toConstrained, toUnconstrained } = unconstrained(density);
  return {
    run: async (context, options) => {
      checkOptions(options);
      if (context !== undefined) flatten(context, 'sampleChains: context');
      const { warmup = 500, draws = 500, thin = 1, seed } = options;
      const first = startPoints(densityGiven(density, context), options.initial, options.chains, seed);
      const initial = toUnconstrained(first);
      first.dispose();
      const [chains, dim] = initial.shape;
      const block = Math.max(1, Math.min(drawsPerCall, Math.floor(numbersPerCall / (chains * dim))));
      const root = randomKey(seed);
      try {
        const planned = warmup + draws * (thin === 'independent' ? 1 : thin);
        return await longWork('Sampling chains', planned, options, async (progress, signal) => {
          const moves = graphs.given(context);
          const work: ChainWork<P> = { kernel, moves, key: root, chains, warmup, progress, signal };
          const first = await warmUp(work, initial);
          const found =
            thin === 'independent' ? await independentDraws(work, first, block) : { thin, transitions: 0, warm: first };
          const before = warmup + found.transitions;
          progress.resize(before + draws * found.thin);
          const { kept, ...totals } = await drawChains(work, found.warm, { draws, thin: found.thin, block }, before);
          const samples = tf.tidy(() => toConstrained(tf.tensor2d(kept, [draws * chains, dim])));
          const mixing = diagnose(samples.dataSync(), { chains, draws, dim }, options.limits);
          const run = { samples, thin: found.thin, ...totals, ...mixing };
          return warned(kernel.id, run, chains * draws * found.thin);
        });
      } finally {
        tf.dispose([initial, root]);
      }
    },
    dispose: () => graphs.dispose(),
  };
}

/**
 * Runs a kernel's chains on a density, all at once, and says whether they have mixed: a {@link chainProgram} of one
 * run.
 * @param density such as `tasks.unnormalisedPosterior(task, xObs)`, or an exact posterior.
 * @param kernel hmc(), randomWalkMetropolis(), sliceSampling(), differentialEvolution(), or one of them tempered().
 * @param options with the `context` where the density takes one; its tensors stay the caller's.
 * @returns the run; the caller disposes its samples.
 * @throws what `run` of a {@link chainProgram} throws.
 * @example
 * const density = tasks.unnormalisedPosterior(tasks.gaussianLinear([0.5, 1]), xObs);
 * const run = await sampleChains(density, hmc(), { initial: prior, chains: 10, warmup: 200, draws: 400, seed: 1 });
 * run.mixed; // true
 * run.samples; // shape [4000, 2]
 */
export async function sampleChains<P extends Point>(
  density: LogDensity,
  kernel: Kernel<P>,
  options: ChainOptions,
): Promise<ChainRun>;
export async function sampleChains<P extends Point, C extends Tensors>(
  density: LogDensity<C>,
  kernel: Kernel<P>,
  options: ChainOptions & { readonly context: C },
): Promise<ChainRun>;
export async function sampleChains<P extends Point>(
  density: LogDensity<Context>,
  kernel: Kernel<P>,
  given: ChainOptions & { readonly context?: Tensors },
): Promise<ChainRun> {
  const { context, ...options } = objectOf('sampleChains: options', given, '{ initial, seed }');
  const program = chainProgram(density, kernel);
  try {
    return await program.run(context, options);
  } finally {
    program.dispose();
  }
}

function checkOptions(options: ChainOptions): void {
  const {
    initial,
    chains,
    warmup = 500,
    draws = 500,
    thin = 1,
    seed,
  } = objectOf('sampleChains: options', options, '{ initial, seed }');
  objectOf('sampleChains: initial', initial, 'rows [C, D], or a prior to draw them from');
  if (chains !== undefined) requireCount('sampleChains: chains', chains);
  requireCount('sampleChains: warmup', warmup, 0);
  requireCount('sampleChains: draws', draws);
  if (thin !== 'independent') requireCount('sampleChains: thin', thin);
  requireNumber('sampleChains: seed', seed, 'a finite number');
}

/** The run with a warning of its divergences; all its warnings go to the console. */
function warned(kernel: string, run: ChainRun, transitions: number): ChainRun {
  const divergences =
    run.divergences > 0
      ? [
          `${run.divergences} of ${transitions} transitions diverged. ` +
            'A targetAcceptance nearer 1 makes the steps smaller.',
        ]
      : [];
  const warnings = [...run.warnings, ...divergences];
  if (warnings.length > 0) console.warn(`sampleChains(${kernel}): ${warnings.join(' ')}`);
  return { ...run, warnings };
}
