import * as tf from '@tensorflow/tfjs';
import type { DrawOptions, Posterior } from '../../contract/posterior';
import { InterruptedError } from '../../core/errors';
import { rng } from '../../core/rng';
import type { Prior } from '../../distributions/prior';
import { priorSamples } from '../../distributions/prior-samples';
import { systematicResampling } from '../../maths/systematic-resampling';
import { effectiveSize, normalisedWeights } from '../../maths/weighted-moments';
import type { RoundContext, RoundProposal } from './sequential-method';

/** How a prior is truncated to where a posterior is. */
export interface TruncationOptions {
  /** The share of the posterior's mass that is left out. Default 1e-4. */
  massOutside?: number;
  /** Draws of the posterior from which the threshold comes. Default 100,000. */
  draws?: number;
  /**
   * The least share of the prior's draws to be inside for them to be taken; below it, draws of the posterior are
   * resampled with the weights prior / posterior. Default 0.005.
   */
  leastAcceptance?: number;
}

/** Rows that are looked at together. */
const batch = 10_000;
/** The most draws of the prior that are looked at. */
const mostCandidates = 10_000_000;
/** The most draws of the posterior that are resampled from. */
const largestPool = 1_000_000;

/** Which rows of theta [B, D] lie within a region, with their log density. */
type Region = (theta: tf.Tensor2D) => Promise<readonly { readonly row: number; readonly logQ: number }[]>;

/**
 * The prior within the highest-density region of a posterior, {theta: log q(theta) >= tau}, where tau is the quantile
 * `massOutside` of log q over draws of q. It owns the posterior.
 *
 * Draws are those of the prior that lie inside. Where fewer than `leastAcceptance` of them do, draws of q inside are
 * resampled with weights p / q instead, from a pool that grows until its effective size is the number wanted, or a
 * million were drawn. It tells `acceptance`, and then `effective`.
 * Source: Deistler, Goncalves and Macke (2022), "Truncated proposals for scalable and hassle-free simulation-based
 * inference", algorithms 1 and 2.
 */
export async function truncatedPrior(
  posterior: Posterior,
  { massOutside = 1e-4, draws = 100_000, leastAcceptance = 0.005 }: TruncationOptions,
  { prior, seed, work, tell }: Pick<RoundContext, 'prior' | 'seed' | 'work' | 'tell'>,
): Promise<RoundProposal> {
  const quiet = { signal: work.signal, progress: false };
  try {
    const region = await highestDensity(posterior, { massOutside, draws }, { seed, ...quiet });
    return {
      dim: prior.dim,
      sample: async (count, { seed, signal }) => {
        const options = { seed, signal, progress: false };
        const accepted = await acceptedDraws(prior, region, leastAcceptance, count, options);
        tell({ acceptance: accepted.share });
        if (accepted.rows) return tf.tensor2d(accepted.rows, [count, prior.dim]);
        const resampled = await resampledDraws(prior, posterior, region, count, options);
        tell({ effective: resampled.effective });
        return tf.tensor2d(resampled.rows, [count, prior.dim]);
      },
      dispose: () => posterior.dispose(),
    };
  } catch (error) {
    posterior.dispose();
    throw error;
  }
}

async function highestDensity(
  posterior: Posterior,
  { massOutside, draws }: Required<Pick<TruncationOptions, 'massOutside' | 'draws'>>,
  options: DrawOptions,
): Promise<Region> {
  const { signal, progress } = options;
  const logQ = async (theta: tf.Tensor2D): Promise<Float32Array> => {
    const values = await posterior.density!.logProb(theta, { signal, progress });
    const own = values.dataSync<'float32'>().slice();
    values.dispose();
    return own;
  };
  const drawn = await posterior.sample(draws, options);
  const sorted = (await logQ(drawn).finally(() => drawn.dispose())).sort();
  const threshold = sorted[Math.floor(massOutside * draws)];
  return async (theta) =>
    Array.from(await logQ(theta), (value, row) => ({ row, logQ: value })).filter((each) => each.logQ >= threshold);
}

/** Draws of the prior inside, and their share; without rows where the share is below the least. */
async function acceptedDraws(
  prior: Prior,
  region: Region,
  leastAcceptance: number,
  count: number,
  { seed, signal }: DrawOptions,
): Promise<{ rows?: Float32Array; share: number }> {
  const { dim } = prior;
  const kept: number[] = [];
  // where the share is no less than the least, about half of these candidates are enough
  const most = Math.min(mostCandidates, Math.max(batch, (2 * count) / leastAcceptance));
  let tried = 0;
  for (; kept.length < count * dim && tried < most; tried += batch) {
    stopWhere(signal);
    if (kept.length / dim < leastAcceptance * tried) break;
    const theta = priorSamples(prior, batch, rng(seed).fork(tried).uniform());
    const values = theta.dataSync<'float32'>();
    const rows = await region(theta).finally(() => theta.dispose());
    for (const { row } of rows) kept.push(...values.subarray(row * dim, (row + 1) * dim));
  }
  const share = kept.length / dim / tried;
  return { share, ...(kept.length >= count * dim && { rows: Float32Array.from(kept.slice(0, count * dim)) }) };
}

/** Draws of the posterior inside, resampled with the weights prior / posterior; `effective` is the pool's size. */
async function resampledDraws(
  prior: Prior,
  posterior: Posterior,
  region: Region,
  count: number,
  { seed, signal }: DrawOptions,
): Promise<{ rows: Float32Array; effective: number }> {
  const { dim } = prior;
  const pool: Float32Array[] = [];
  const logWeights: number[] = [];
  const size = Math.max(batch, Math.min(10 * count, largestPool / 10));
  let effective = 0;
  for (let tried = 0; tried < largestPool && effective < count; tried += size) {
    stopWhere(signal);
    const own = rng(seed)
      .fork(tried + 1)
      .uniform();
    const theta = await posterior.sample(size, { seed: own, signal, progress: false });
    const values = theta.dataSync<'float32'>();
    const ofPrior = tf.tidy(() => prior.logProb(theta).dataSync<'float32'>());
    for (const { row, logQ } of await region(theta).finally(() => theta.dispose())) {
      pool.push(values.slice(row * dim, (row + 1) * dim));
      logWeights.push(ofPrior[row] - logQ);
    }
    effective = effectiveSize(normalisedWeights(logWeights));
  }
  const rows = new Float32Array(count * dim);
  const chosen = systematicResampling(normalisedWeights(logWeights), count, rng(seed).uniform());
  chosen.forEach((row, i) => rows.set(pool[row], i * dim));
  return { rows, effective };
}

function stopWhere(signal?: AbortSignal): void {
  if (signal?.aborted) throw new InterruptedError('Drawing from the truncated prior was interrupted.');
}
