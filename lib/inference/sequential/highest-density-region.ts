import * as tf from '@tensorflow/tfjs';
import type { DrawOptions, Posterior } from '../../contract/posterior';
import type { Prior } from '../../distributions/prior';
import { priorSamples } from '../../distributions/prior-samples';
import { unconstrained } from '../../distributions/unconstrained';
import { rowViews } from '../../maths/moments';
import { logProbOfNumbers, rimShare } from '../amortised-region';
import { fittedMixture, numbersOfMixture, type MixtureNumbers } from '../fitted-mixture';

/** A law with draws and a normalised log density. */
export interface RegionLaw {
  /** `count` draws [count, D]; the caller disposes them. */
  sample(count: number, options: DrawOptions): Promise<tf.Tensor2D>;
  /** log q(theta) [B]; the caller disposes it. */
  logProb(theta: tf.Tensor2D, options: Pick<DrawOptions, 'signal' | 'progress'>): Promise<tf.Tensor1D>;
}

/** Where the density of a law is at least `threshold`. */
export interface Region {
  readonly law: RegionLaw;
  /** log tau. */
  readonly threshold: number;
  /** The log density below which a hundredth of the draws lie that it was found from. */
  readonly rim: number;
  /** The rows of theta [B, D] that lie inside, with their log density. */
  inside(theta: tf.Tensor2D, signal?: AbortSignal): Promise<readonly RowInside[]>;
  /** Frees what the law holds. */
  dispose(): void;
}

/** A row inside a region. */
export interface RowInside {
  readonly row: number;
  readonly logQ: number;
}

/** How a region is found. */
export interface RegionOptions {
  /** The share of the posterior's draws that is left out. */
  readonly massOutside: number;
  /** Draws of the posterior. */
  readonly draws: number;
}

/**
 * The highest-density region of a posterior by its own log density, {theta: log q(theta) >= tau}, where tau is the
 * quantile `massOutside` of log q over draws of q, within the smallest box around these. It owns the posterior.
 * Source: Deistler, Goncalves and Macke (2022), algorithm 1; Sharrock et al. (2024) for the box.
 */
export async function regionOfPosterior(
  posterior: Posterior,
  { massOutside, draws }: RegionOptions,
  options: DrawOptions,
): Promise<Region> {
  try {
    const law: RegionLaw = {
      sample: (count, of) => posterior.sample(count, of),
      logProb: (theta, of) => posterior.density!.logProb(theta, of),
    };
    const drawn = await posterior.sample(draws, options);
    return await regionOf(law, { drawn, massOutside, inBox: true, options }, () => posterior.dispose());
  } catch (error) {
    posterior.dispose();
    throw error;
  }
}

/** Draws that it is fitted to, at most. */
const fittedDraws = 8_000;

/**
 * A region that leaves out as much of a posterior, by the log density of a mixture of Gaussians that is fitted to its
 * draws: where evaluating the posterior's own is slow. It need not be of highest density, but tau is the quantile of
 * the mixture's log density over the posterior's draws, so that it leaves out the same share of them whatever the fit.
 *
 * The mixture is one of unconstrained coordinates, so that nothing of it lies beyond the prior's bounds.
 */
export async function regionOfDraws(
  posterior: Posterior,
  prior: Prior,
  { massOutside, draws }: RegionOptions,
  options: DrawOptions,
): Promise<Region & { readonly mixture: MixtureNumbers }> {
  const drawn = await posterior.sample(draws, options).finally(() => posterior.dispose());
  const { toConstrained } = unconstrained(prior);
  const ofZ = fittedMixture(drawn, prior, options.seed, fittedDraws);
  const mixture = numbersOfMixture(ofZ);
  const logProb = logProbOfNumbers(mixture, prior);
  const law: RegionLaw = {
    sample: async (count, { seed }) => {
      const u = priorSamples(ofZ, count, seed);
      const theta = tf.tidy(() => toConstrained(u));
      u.dispose();
      return theta;
    },
    logProb: async (theta) => logProb(theta),
  };
  return { ...(await regionOf(law, { drawn, massOutside, inBox: false, options }, () => {})), mixture };
}

/** Rows are evaluated in numbers that are multiples of this, since each number is compiled anew. */
const rowsTogether = 512;

/** What a region is found from. */
interface RegionEvidence {
  /** Draws of the posterior; disposed with the search. */
  readonly drawn: tf.Tensor2D;
  readonly massOutside: number;
  /** Whether only what lies in the smallest box around the draws is evaluated, and is inside. */
  readonly inBox: boolean;
  readonly options: DrawOptions;
}

/** The region of a law with the quantile of its log density over draws. */
async function regionOf(
  law: RegionLaw,
  { drawn, massOutside, inBox, options }: RegionEvidence,
  dispose: () => void,
): Promise<Region> {
  const logQ = async (theta: tf.Tensor2D, signal?: AbortSignal): Promise<Float32Array> => {
    const values = await law.logProb(theta, { signal, progress: false });
    const own = values.dataSync<'float32'>().slice();
    values.dispose();
    return own;
  };
  const [low, high] = tf.tidy(() => [tf.min(drawn, 0).dataSync(), tf.max(drawn, 0).dataSync()]);
  const sorted = (await logQ(drawn, options.signal).finally(() => drawn.dispose())).sort();
  const threshold = sorted[Math.floor(massOutside * sorted.length)];
  const candidatesOf = (theta: tf.Tensor2D): number[] => {
    const rows = rowViews(theta.dataSync<'float32'>(), low.length);
    const isBoxed = (row: number): boolean => rows[row].every((value, k) => value >= low[k] && value <= high[k]);
    return [...rows.keys()].filter((row) => !inBox || isBoxed(row));
  };
  return {
    law,
    threshold,
    rim: sorted[Math.floor(rimShare * sorted.length)],
    inside: async (theta, signal) => {
      const rows = candidatesOf(theta);
      if (rows.length === 0) return [];
      const size = rowsTogether * Math.ceil(rows.length / rowsTogether);
      const numbers = Int32Array.from({ length: size }, (_, i) => rows[Math.min(i, rows.length - 1)]);
      const candidates = tf.tidy(() => tf.gather(theta, tf.tensor1d(numbers, 'int32')));
      const values = await logQ(candidates, signal).finally(() => candidates.dispose());
      return rows.map((row, i) => ({ row, logQ: values[i] })).filter((each) => each.logQ >= threshold);
    },
    dispose,
  };
}
