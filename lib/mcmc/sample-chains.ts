import * as tf from '@tensorflow/tfjs';
import { longWork, type LongWorkOptions } from '../core/host';
import type { Rows } from '../core/rows';
import { randomKey } from '../graph/random';
import { unconstrained } from '../distributions/bijector';
import type { LogDensity } from '../distributions/log-density';
import type { Prior } from '../distributions/prior';
import { unconstrainedDensity } from '../distributions/unconstrained-density';
import { chainGraphs } from './chain-graphs';
import { requireCount, requireNumber } from './check-options';
import { diagnose, type Mixing, type MixingLimits } from './diagnose';
import { drawChains } from './draw-chains';
import type { Kernel, Point } from './kernel';
import { startPoints } from './start-points';
import { warmUp, type ChainWork } from './warm-up';

/** Options of {@link sampleChains}. */
export interface ChainOptions extends LongWorkOptions {
  /** Where the chains start: rows [C, D], or a prior to draw them from. Wider than the density is better than narrower. */
  initial: Rows | Pick<Prior, 'dim' | 'sample'>;
  /** C, the number of chains. Default: the rows of `initial`, or 64 from a prior. */
  chains?: number;
  /** Transitions in which step and spread are found; their positions are thrown away. Default 500. */
  warmup?: number;
  /** Draws of each chain. Default 500. */
  draws?: number;
  /** Transitions to each draw. Default 1. */
  thin?: number;
  /** Seed of the run: the same seed gives the same samples. */
  seed: number;
  /** When the chains count as mixed. */
  limits?: MixingLimits;
}

/** What {@link sampleChains} gives. */
export interface ChainRun extends Mixing {
  /** The samples [draws C, D]: row i C + c is draw i of chain c, so the first rows are one draw of each chain. The caller disposes them. */
  readonly samples: tf.Tensor2D;
  /** The mean acceptance probability after warm-up. */
  readonly acceptance: number;
  /** Divergent transitions after warm-up. */
  readonly divergences: number;
  /** The step after warm-up, in units of the spread. */
  readonly stepSize: number;
  /** The standard deviations [D] that warm-up estimated, in unconstrained coordinates where there is a support. */
  readonly spread: readonly number[];
  /** How often each pair of neighbouring temperatures [K - 1] exchanged positions when tried; empty without temperatures. */
  readonly exchanges: readonly number[];
}

/** Numbers that one call may keep, for the draws. */
const numbersPerCall = 2 ** 18;
/** The most draws of one call. */
const drawsPerCall = 64;

/**
 * Runs a kernel's chains on a density, all at once, and says whether they have mixed.
 *
 * Warm-up goes in windows of 1, 2, 4, 7 and 2 sixteenths: each starts the search for the step anew, and each but the last ends with a new
 * spread from all chains' positions in it. A density with a support is sampled in unconstrained coordinates z with the Jacobian,
 * p(theta(z)) |d theta / d z|, so that no sample is outside. The transitions run in graph calls of about 120 ms, between which progress shows and
 * an interrupt is heard. Where R-hat is above 1.01 or the effective sample size below 400 in any dimension, `mixed` is false and
 * console.warn says so once.
 * @param density such as `tasks.unnormalisedPosterior(task, xObs)`, or an exact posterior.
 * @param kernel hmc(), randomWalkMetropolis(), sliceSampling(), or one of them tempered().
 * @returns the run; the caller disposes its samples.
 * @throws InvalidInputError for options out of their ranges or initial rows that are none, NonFiniteError where the density or its score is
 * not finite at an initial row (names it), and InterruptedError on interrupt.
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
): Promise<ChainRun> {
  const { warmup = 500, draws = 500, thin = 1, seed } = options;
  if (options.chains !== undefined) requireCount('sampleChains: chains', options.chains, 1);
  requireCount('sampleChains: warmup', warmup, 0);
  requireCount('sampleChains: draws', draws, 1);
  requireCount('sampleChains: thin', thin, 1);
  requireNumber('sampleChains: seed', seed, 'that is finite', Number.isFinite);
  const { toConstrained, toUnconstrained } = unconstrained(density);
  const first = startPoints(density, options.initial, options.chains, seed);
  const initial = toUnconstrained(first);
  first.dispose();
  const [chains, dim] = initial.shape;
  const block = Math.max(1, Math.min(drawsPerCall, draws, Math.floor(numbersPerCall / (chains * dim))));
  const unbounded = unconstrainedDensity(density);
  const graphs = chainGraphs(unbounded, kernel, { chains, block, thin });
  const root = randomKey(seed);
  try {
    return await longWork('Sampling chains', warmup + draws * thin, options, async (progress, signal) => {
      const work: ChainWork<P> = { kernel, graphs, key: root, chains, warmup, progress, signal };
      const warm = await warmUp(work, unbounded, initial);
      const { kept, ...totals } = await drawChains(work, warm, { draws, thin, block });
      const samples = tf.tidy(() => toConstrained(tf.tensor2d(kept, [draws * chains, dim])));
      const run = { samples, ...totals, ...diagnose(samples.dataSync(), { chains, draws, dim }, options.limits) };
      if (run.divergences > 0)
        run.warnings.push(
          `${run.divergences} of ${chains * draws * thin} transitions diverged. A targetAcceptance nearer 1 makes the steps smaller.`,
        );
      if (run.warnings.length > 0) console.warn(`sampleChains(${kernel.id}): ${run.warnings.join(' ')}`);
      return run;
    });
  } finally {
    tf.dispose([initial, root]);
    graphs.dispose();
  }
}
