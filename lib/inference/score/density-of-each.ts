import * as tf from '@tensorflow/tfjs';
import { demand } from '../../core/checks';
import { longWork } from '../../core/host';
import { pickRows, type ObservedModel } from '../../nn/score/observation-scores';
import type { ScoreModelTensors, ObservationRows } from '../../nn/score/score-model';
import { rowsOfDensity } from '../../samplers/flow-density';
import { repeatedRows } from '../repeated-rows';
import type { PosteriorDensityOptions, ScoreDensity } from './score-density';

/** Looser than one posterior's: log densities are wrong by some thousandths, which ranks do not see. */
const tolerance = 1e-2;

/**
 * log q(theta_ik | x_i) [N, K] at theta [N, K, D], each table of K under its own observation's posterior, in passes
 * of all observations together; the caller disposes the tensor.
 * @throws InvalidInputError for theta of another shape.
 */
export async function densityOfEach(
  density: ScoreDensity<ObservedModel>,
  { tensors, observations }: { tensors: ScoreModelTensors; observations: ObservationRows },
  theta: tf.Tensor3D,
  { signal, progress, ...options }: PosteriorDensityOptions = {},
): Promise<tf.Tensor2D> {
  const n = observations.shares.shape[0];
  const isTable = theta?.rank === 3 && theta.shape[0] === n;
  demand('logProbEach: theta', isTable, `a tensor [${n}, K, D]`, theta?.shape ? `[${theta.shape.join(', ')}]` : theta);
  const [, times, dim] = theta.shape;
  const rows = n * times;
  const passes = Math.ceil(rows / Math.max(1, Math.floor(rowsOfDensity / dim)));
  const size = Math.ceil(rows / passes);
  const found: tf.Tensor1D[] = [];
  return longWork('Log densities', passes, { signal, progress }, async (shown, stop) => {
    try {
      for (let pass = 0; pass < passes; pass++) {
        // all passes are of one size, so that there is one graph: the last one takes rows again
        const start = Math.min(pass * size, rows - size);
        const [own, some] = tf.tidy(() => {
          const index = repeatedRows(start, size, times);
          const flat = tf.reshape(theta, [rows, dim]);
          const picked = pickRows(observations, (each) => tf.gather(each, index));
          return [picked as tf.NamedTensorMap, tf.slice(flat, [start, 0], [size, dim]) as tf.Tensor2D] as const;
        });
        try {
          const model = { tensors, observations: own as ObservationRows };
          const all = await density.logProb(model, some, { tolerance, ...options, signal: stop, progress: false });
          found.push(tf.tidy(() => tf.slice(all, [pass * size - start])));
          all.dispose();
        } finally {
          tf.dispose([own, some]);
        }
        shown.update(pass + 1);
      }
      return tf.tidy(() => tf.reshape(tf.concat(found), [n, times]) as tf.Tensor2D);
    } finally {
      tf.dispose(found);
    }
  });
}
