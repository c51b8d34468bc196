import * as tf from '@tensorflow/tfjs';
import type { DrawOptions } from '../../contract/posterior';
import { requireCount, requireNumber } from '../../core/checks';
import { InterruptedError } from '../../core/errors';
import { rng } from '../../core/rng';
import type { Prior } from '../../distributions/prior';
import { priorSamples } from '../../distributions/prior-samples';
import { systematicResampling } from '../../maths/systematic-resampling';
import { effectiveSize, normalisedWeights } from '../../maths/weighted-moments';
import type { Region, RegionOptions } from './highest-density-region';
import type { RoundContext, RoundProposal } from './sequential-method';

/** How a prior is truncated to where a posterior is. */
export interface TruncationOptions {
  /** The share of the posterior's mass that is left out. Default 1e-4 for densities, 5e-4 for scores. */
  massOutside?: number;
  /** Draws of the posterior from which the threshold comes. Default 100,000 for densities, 20,000 for scores. */
  draws?: number;
  /**
   * The least share of the prior's draws to be inside for them to be taken; below it, draws of the law that tells the
   * region are resampled with the weights prior / law. Default 0.005.
   */
  leastAcceptance?: number;
}

/** The options with their defaults, checked. */
export function checkedTruncation(
  what: string,
  { leastAcceptance = 0.005, ...given }: TruncationOptions & RegionOptions,
): Required<TruncationOptions> {
  const isShare = (value: number): boolean => value >= 0 && value < 1;
  requireNumber(`${what}: massOutside`, given.massOutside, 'a share from 0 to below 1', isShare);
  requireNumber(
    `${what}: leastAcceptance`,
    leastAcceptance,
    'a share from 0 to 1',
    (value) => value >= 0 && value <= 1,
  );
  requireCount(`${what}: draws`, given.draws, 1000);
  return { ...given, leastAcceptance };
}

/** Rows that are looked at together. */
const batch = 10_000;
/** The most draws of the prior that are looked at. */
const mostCandidates = 10_000_000;
/** The most draws of the posterior that are resampled from. */
const largestPool = 1_000_000;

/**
 * The prior within a region, which it owns.
 *
 * Draws are those of the prior that lie inside. Where fewer than `leastAcceptance` of them do, draws of the region's
 * law q inside are resampled with weights p / q instead, from a pool that grows until its effective size is the number
 * wanted, or a million were drawn. It tells `acceptance`, and then `effective`. Where the region is the whole prior,
 * its draws are the prior's; where it is empty, drawing fails and says so.
 * Source: Deistler, Goncalves and Macke (2022), "Truncated proposals for scalable and hassle-free simulation-based
 * inference", algorithms 1 and 2.
 */
export function truncatedPrior(
  region: Region,
  leastAcceptance: number,
  { prior, tell }: Pick<RoundContext, 'prior' | 'tell'>,
): RoundProposal {
  return {
    dim: prior.dim,
    sample: async (count, { seed, signal }) => {
      const options = { seed, signal, progress: false };
      const accepted = await acceptedDraws(prior, region, leastAcceptance, count, options);
      tell({ acceptance: accepted.share });
      if (accepted.rows) return tf.tensor2d(accepted.rows, [count, prior.dim]);
      const resampled = await resampledDraws(prior, region, count, options);
      tell({ effective: resampled.effective });
      return tf.tensor2d(resampled.rows, [count, prior.dim]);
    },
    inside: async (theta) => (await region.inside(theta)).map(({ row }) => row),
    dispose: () => region.dispose(),
  };
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
    const rows = await region.inside(theta, signal).finally(() => theta.dispose());
    for (const { row } of rows) kept.push(...values.subarray(row * dim, (row + 1) * dim));
  }
  const share = kept.length / dim / tried;
  return { share, ...(kept.length >= count * dim && { rows: Float32Array.from(kept.slice(0, count * dim)) }) };
}

/** Draws of the region's law inside, resampled with the weights prior / law; `effective` is the pool's size. */
async function resampledDraws(
  prior: Prior,
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
    const theta = await region.law.sample(size, { seed: own, signal, progress: false });
    const values = theta.dataSync<'float32'>();
    const ofPrior = tf.tidy(() => prior.logProb(theta).dataSync<'float32'>());
    for (const { row, logQ } of await region.inside(theta, signal).finally(() => theta.dispose())) {
      if (!Number.isFinite(ofPrior[row])) continue;
      pool.push(values.slice(row * dim, (row + 1) * dim));
      logWeights.push(ofPrior[row] - logQ);
    }
    if (pool.length === 0)
      throw new Error(
        `The region of the last posterior is empty: of ${size.toLocaleString('en-US')} draws of the law that tells ` +
          "it, none is inside and in the prior's support, and hardly one of the prior's. The posterior is not finite " +
          'there, or lies outside of the prior: check the observations, and simulate more in the first round.',
      );
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
