import * as tf from '@tensorflow/tfjs';
import type { DrawEachOptions, Estimator } from '../../contract/estimator';
import type { DrawOptions, Posterior } from '../../contract/posterior';
import { toTensor2D, type Rows } from '../../core/rows';
import type { Sampler } from '../../samplers/sampler';

/** Draws for each row of x, one row after the other, each by Langevin steps. */
export async function drawEachAlone(
  estimator: Pick<Estimator<Posterior<DrawOptions & { sampler?: Sampler }>>, 'given'>,
  x: Rows,
  { draws, sampler, ...options }: DrawEachOptions & { sampler?: Sampler },
): Promise<tf.Tensor3D> {
  const rows = toTensor2D(x, 'drawEach: x');
  const each = rows.arraySync();
  rows.dispose();
  const drawn: tf.Tensor2D[] = [];
  try {
    for (const row of each) {
      const posterior = estimator.given([row]);
      const sample = posterior.sample(draws, { ...options, ...(sampler && { sampler }) });
      drawn.push(await sample.finally(() => posterior.dispose()));
    }
    return tf.tidy(() => tf.stack(drawn) as tf.Tensor3D);
  } finally {
    tf.dispose(drawn);
  }
}
