import * as tf from '@tensorflow/tfjs';
import { cholesky, solveLower, transpose } from '../../maths/linalg';
import { rowViews } from '../../maths/moments';
import { ridgeRegression } from '../../maths/ridge-regression';
import type { ConditionalDensity } from './conditional-density';
import { isMixture, type MixtureDensity } from './mixture';

/** A linear Gaussian fit, theta | x ~ N(x W + b, L L^T), in numbers; JSON. */
export interface LinearStart {
  /** W [L][D]. */
  readonly slope: number[][];
  /** b [D]. */
  readonly intercept: number[];
  /** L [D][D], lower triangular. */
  readonly factor: number[][];
}

/** Values that a linear fit tells exactly leave no residual; this keeps it apart from zero, in standard units. */
const smallestVariance = 1e-6;

/**
 * The linear Gaussian fit of targets [N, D] given conditions [N, L], both standardised, by
 * {@link ridgeRegression}.
 */
export function linearStart(target: tf.Tensor2D, condition: tf.Tensor2D): LinearStart {
  const rowsOf = (table: tf.Tensor2D): ReturnType<typeof rowViews> =>
    rowViews(table.dataSync<'float32'>(), table.shape[1]);
  const { weights, intercept, residualCovariance } = ridgeRegression(rowsOf(condition), rowsOf(target));
  const covariance = residualCovariance.map((row, i) =>
    row.map((value, k) => value + (i === k ? smallestVariance : 0)),
  );
  return {
    slope: transpose(weights),
    intercept: Array.from(intercept),
    factor: cholesky(covariance),
  };
}

/** m(x) = x W + b of conditions [N, L], [N, D]. */
export function linearMean({ slope, intercept }: LinearStart, condition: tf.Tensor2D): tf.Tensor2D {
  return tf.add(tf.matMul(condition, tf.tensor2d(slope)), tf.tensor1d(intercept)) as tf.Tensor2D;
}

/**
 * The density of theta whose residual L^-1 (theta - m) has the given density, which then starts at the linear Gaussian
 * fit and learns only what that leaves.
 *
 * log q(theta | context, m) = log q_residual(L^-1 (theta - m) | context) - log |L|.
 * @param density of the residual, given contexts [B, C]; of a mixture of Gaussians theta has one too.
 * @returns a density given [context, m], [B, C + D].
 */
export function ofResiduals(density: ConditionalDensity, { factor }: LinearStart): ConditionalDensity {
  const { dim } = density;
  const columns = factor.map((_, k) =>
    solveLower(
      factor,
      factor.map((__, i) => (i === k ? 1 : 0)),
    ),
  );
  // column k of L^-1 is row k of its transpose, by which rows are multiplied
  const [backward, forward] = [columns, transpose(factor)];
  const logVolume = factor.reduce((sum, row, k) => sum + Math.log(row[k]), 0);
  const split = (context: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] => {
    const size = context.shape[1] - dim;
    return [tf.slice(context, [0, 0], [-1, size]), tf.slice(context, [0, size], [-1, dim])];
  };
  const components: MixtureDensity['components'] | undefined = isMixture(density)
    ? (weights, context) => {
        const [own, mean] = split(context);
        const ofResidual = density.components(weights, own);
        return {
          logWeights: ofResidual.logWeights,
          mean: tf.add(tf.expandDims(mean, 1), ofRows(ofResidual.mean, forward)) as tf.Tensor3D,
          // row i of the product is sum_j (L^-T)_ij row j of the factor
          factor: tf.transpose(
            ofRows(tf.transpose(ofResidual.factor, [0, 1, 3, 2]), transpose(backward)),
            [0, 1, 3, 2],
          ) as tf.Tensor4D,
        };
      }
    : undefined;
  return {
    ...density,
    ...(components && { components }),
    sample: (weights, key, context) => {
      const [own, mean] = split(context);
      return tf.add(mean, tf.matMul(density.sample(weights, key, own), tf.tensor2d(forward))) as tf.Tensor2D;
    },
    logProb: (weights, theta, context) => {
      const [own, mean] = split(context);
      const residual = tf.matMul(tf.sub(theta, mean) as tf.Tensor2D, tf.tensor2d(backward)) as tf.Tensor2D;
      return tf.sub(density.logProb(weights, residual, own), logVolume) as tf.Tensor1D;
    },
  };
}

/** Each row [D] of a tensor [..., D] times a matrix [D, D]. */
function ofRows(rows: tf.Tensor, matrix: number[][]): tf.Tensor {
  const dim = matrix.length;
  return tf.reshape(tf.matMul(tf.reshape(rows, [-1, dim]), tf.tensor2d(matrix)), rows.shape);
}
