import * as tf from '@tensorflow/tfjs';
import { observationGaussians, type ObservationGaussians } from '../../compose/observation-gaussians';
import type { CompositionNeeds } from '../../compose/composed-score';
import { rowViews, covariance } from '../../maths/moments';
import { matrixProduct, transpose, type Matrix } from '../../maths/linalg';
import { priorSamples } from '../../distributions/prior-samples';
import type { LinearGaussian } from '../../nn/score/linear-gaussian';
import type { Frame } from '../frame';

/** Draws of the prior from which its covariance in a frame's coordinates is taken. */
const priorDraws = 10_000;
/** Draws of a single posterior where a composition does not say how many. */
const defaultDraws = 200;

/** Where the covariances of single posteriors come from. */
export interface SingleGaussianParts {
  readonly frame: Frame;
  /** The Gaussian of the closed-form part, where there is one. */
  readonly known?: LinearGaussian;
  /** `draws` of each observation's posterior in the frame's coordinates, [n, draws, D]; the caller disposes them. */
  pilots(draws: number): Promise<tf.Tensor3D>;
}

/**
 * The Gaussians about the posteriors of n single observations, as a composition asks for them; the caller disposes
 * their tensors.
 */
export async function singleGaussians(
  n: number,
  { gaussians, pilotDraws = defaultDraws }: CompositionNeeds,
  { frame, known, pilots }: SingleGaussianParts,
): Promise<ObservationGaussians> {
  const prior = priorCovariance(frame);
  if (gaussians === 'prior') return observationGaussians(n, [prior], prior);
  if (gaussians === 'shared' && known) return observationGaussians(n, [covarianceOf(known)], prior);
  const drawn = await pilots(pilotDraws);
  try {
    const dim = frame.dims.theta;
    const rows = rowViews(drawn.dataSync() as Float32Array, dim);
    const each = Array.from({ length: n }, (_, j) => covariance(rows.slice(j * pilotDraws, (j + 1) * pilotDraws)));
    return observationGaussians(n, gaussians === 'shared' ? [meanOf(each)] : each, prior);
  } finally {
    drawn.dispose();
  }
}

function priorCovariance(frame: Frame): Matrix {
  return tf.tidy(() => {
    const y = frame.toNetwork(priorSamples(frame.prior, priorDraws, 0));
    return covariance(rowViews(y.dataSync() as Float32Array, frame.dims.theta));
  });
}

/** U diag(lambda) U^T. */
function covarianceOf({ axes, variances }: LinearGaussian): Matrix {
  const u = axes.arraySync();
  const along = Array.from(variances.dataSync());
  return matrixProduct(
    u.map((row) => row.map((value, k) => value * along[k])),
    transpose(u),
  );
}

function meanOf(matrices: readonly Matrix[]): Matrix {
  return matrices[0].map((row, i) =>
    Array.from(row, (_, j) => matrices.reduce((sum, each) => sum + each[i][j], 0) / matrices.length),
  );
}
