import * as tf from '@tensorflow/tfjs';
import { describedPosterior } from '../contract/descriptions';
import type { DrawOptions, Posterior, PosteriorGradient } from '../contract/posterior';
import { demand, objectOf, refuse, requireCount, requireNumber } from '../core/checks';
import type { Rows } from '../core/rows';
import { toTensor2D } from '../core/rows';
import type { MixingLimits } from '../mcmc/diagnose';
import { hmc } from '../mcmc/hmc';
import { requireKernel, type Kernel } from '../mcmc/kernel';
import { chainProgram, type ChainRun } from '../mcmc/sample-chains';
import { fewestDraws, someOf } from './chain-draws';

/** Options of a draw by chains that follow a posterior's gradient. */
export interface GradientChainOptions extends DrawOptions {
  /** Where the chains start: parameters [C, D]. Default: draws of the posterior itself. */
  initial?: Rows;
  /** Chains that run side by side. Default 100, or the rows of `initial`. */
  chains?: number;
  /** Transitions that find step and spread and give no draws. Default 200. */
  warmup?: number;
  /** Transitions to each draw. Default `independent`: as many as make draws nearly so, which pilot runs find. */
  thin?: number | 'independent';
  /** When the chains count as mixed. */
  limits?: MixingLimits;
}

/** A posterior that is drawn from by chains along its gradient. */
export interface GradientChainPosterior extends Posterior<GradientChainOptions> {
  readonly gradient: PosteriorGradient;
  /**
   * Draws with R-hat, effective sample sizes and whether the chains have mixed; the caller disposes its samples, all
   * that were drawn.
   * @throws InvalidInputError as `sample`.
   */
  run(count: number, options: GradientChainOptions): Promise<ChainRun>;
}

/**
 * A posterior drawn from by Markov chains that follow the gradient of its log density and nothing else: the score of
 * the posterior at noise zero, in place of a descent through the levels of noise.
 *
 * Any posterior will do that has a `gradient`: learned scores, of one observation, of several or under another prior;
 * learned densities, likelihoods and ratios; exact ones. The step is accepted by the line integral of the score along
 * its trajectory. A score tells nothing of the masses of modes between which no chain goes: they keep the shares that
 * the starts have, by default those of the posterior's own draws. Errors of a learned score come in as they are, while
 * a reverse diffusion forgets some of them.
 * @param posterior stays the caller's, and is to outlive this.
 * @param options `kernel`, one of those that follow the score alone: `mcmc.hmc({ alongPath: true })`, the default, or
 * `mcmc.langevin({ alongPath: true })`.
 * @returns the posterior; the caller disposes it.
 * @throws InvalidInputError for a posterior without a gradient, or a kernel that asks for the log density.
 * Source: Sharrock et al. (2022), "Sequential neural score estimation", first version, for MCMC on a learned score.
 * @example
 * const chains = gradientChains(posterior);
 * const samples = await chains.sample(500, { seed: 1, chains: 20, warmup: 50 }); // shape [500, 2]
 */
export function gradientChains(posterior: Posterior, options: { kernel?: Kernel } = {}): GradientChainPosterior {
  const { kernel = hmc({ alongPath: true }) as unknown as Kernel } = objectOf('gradientChains: options', options);
  const { n, dim, density, gradient } = objectOf('gradientChains: posterior', posterior, 'a posterior');
  if (!gradient) return refuse('gradientChains: posterior', 'one with a gradient', 'one without');
  requireKernel('gradientChains', kernel);
  const remedy = 'Take mcmc.hmc({ alongPath: true }) or mcmc.langevin({ alongPath: true }).';
  demand('gradientChains: kernel', kernel.alongPath === true, 'one that follows the score alone', kernel.id, remedy);
  const { coordinates } = gradient;
  // the kernel asks for no log density, and the check of first positions for a finite one
  const logProb = (z: tf.Tensor2D): tf.Tensor => tf.zeros([z.shape[0]]);
  const program = chainProgram({ dim, logProb, score: (z: tf.Tensor2D) => gradient.at(z) }, kernel);
  const starts = async ({ initial, chains, seed, signal }: GradientChainOptions): Promise<tf.Tensor2D> => {
    const theta = initial
      ? toTensor2D(initial, 'posterior.sample: initial', dim)
      : await posterior.sample(chains ?? 100, { seed, signal, progress: false });
    const z = tf.tidy(() => coordinates.toUnconstrained(theta));
    theta.dispose();
    return z;
  };
  const run = async (count: number, given: GradientChainOptions): Promise<ChainRun> => {
    requireCount('samples', count);
    const asked = objectOf('posterior.sample: options', given, '{ seed }');
    const { seed, warmup = 200, thin = 'independent', limits, signal, progress } = asked;
    requireNumber('posterior.sample: seed', seed, 'a finite number');
    if (asked.chains !== undefined) requireCount('posterior.sample: chains', asked.chains);
    const initial = await starts(asked);
    try {
      const chains = initial.shape[0];
      const draws = Math.max(fewestDraws(chains), Math.ceil(count / chains));
      const found = await program.run(undefined, { initial, warmup, draws, thin, seed, limits, signal, progress });
      const samples = tf.tidy(() => coordinates.toConstrained(found.samples));
      found.samples.dispose();
      return { ...found, samples };
    } finally {
      initial.dispose();
    }
  };
  const byChains: GradientChainPosterior = {
    n,
    dim,
    gradient,
    ...(density && { density }),
    run,
    sample: async (count, given) => someOf((await run(count, given)).samples, count, given.seed),
    dispose: () => program.dispose(),
  };
  return describedPosterior(byChains, `chains along the score, ${kernel.id}`);
}
