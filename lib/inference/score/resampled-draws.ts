import * as tf from '@tensorflow/tfjs';
import { rng } from '../../core/rng';
import { rowViews } from '../../maths/moments';
import { systematicResampling } from '../../maths/systematic-resampling';
import { effectiveSize, normalisedWeights } from '../../maths/weighted-moments';
import type { ParameterLaw } from './parameter-law';

/** Effective draws for each one that is wanted, so that few come twice. */
const effectiveForEach = 2;
/** Draws for each one that is wanted, at most; beyond, Langevin steps are no slower. */
const mostForEach = 16;

/**
 * `count` draws [count, D] of the posterior of one observation under another law than that of training: draws of the
 * one under the law of training, resampled with weights wanted / trained.
 *
 * It is exact but for the draws, which go down the score of a diffused density. Where the law of training is a mixture
 * with the wanted one in it, as in rounds that begin with the prior, no weight is above the inverse of its share.
 * @param draw draws of parameters under the law of training.
 * @returns undefined where 16 draws for each one wanted have an effective size below twice their number.
 */
export async function resampledDraws(
  draw: (rows: number, options: { seed: number; progress?: false }) => Promise<tf.Tensor2D>,
  { wanted, trained }: { readonly wanted: ParameterLaw; readonly trained: ParameterLaw },
  count: number,
  seed: number,
): Promise<tf.Tensor2D | undefined> {
  const source = rng(seed);
  const pool: Float32Array[] = [];
  const logWeights: number[] = [];
  let dim = 0;
  let rows = 2 * effectiveForEach * Math.max(count, fewest);
  for (let pass = 0; ; pass++) {
    const own = source.fork(pass).integer(0, 2 ** 31);
    const theta = await draw(rows, { seed: own, ...(pass > 0 && { progress: false }) });
    dim = theta.shape[1];
    pool.push(...(rowViews(theta.dataSync<'float32'>(), dim) as Float32Array[]));
    logWeights.push(...tf.tidy(() => tf.sub(wanted.logProb(theta), trained.logProb(theta)).dataSync()));
    theta.dispose();
    const weights = normalisedWeights(logWeights);
    const effective = effectiveSize(weights);
    if (effective >= effectiveForEach * count) {
      const chosen = systematicResampling(weights, count, source.fork(-1).uniform());
      return tf.tensor2d(
        shuffled(chosen, source.fork(-2)).flatMap((row) => Array.from(pool[row])),
        [count, dim],
      );
    }
    // as many more as would do, by what there are
    const needed = (effectiveForEach * count * pool.length) / effective;
    if (needed > mostForEach * Math.max(count, fewest)) return undefined;
    rows = Math.ceil(1.2 * needed) - pool.length;
  }
}

/** Fewer draws than these tell nothing of their effective size. */
const fewest = 256;

/** Numbers in random order: resampled ones come in that of the pool, copies side by side. */
function shuffled(numbers: Int32Array, source: ReturnType<typeof rng>): number[] {
  const mixed = Array.from(numbers);
  for (let i = mixed.length - 1; i > 0; i--) {
    const other = source.integer(0, i + 1);
    [mixed[i], mixed[other]] = [mixed[other], mixed[i]];
  }
  return mixed;
}
