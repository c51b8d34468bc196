import * as tf from '@tensorflow/tfjs';
import { demand, refuse } from '../core/checks';
import { NonFiniteError } from '../core/errors';
import { toTensor2D, type Rows } from '../core/rows';
import type { LogDensity } from '../distributions/log-density';
import type { Prior } from '../distributions/prior';
import { priorSamples } from '../distributions/prior-samples';
import { logProbOf } from './kernel';

/** How many chains start from a prior's draws by default. */
const usualChains = 64;

/**
 * The chains' first positions [C, D]; the caller owns the tensor.
 * @param initial rows, or a prior to draw them from.
 * @param chains C; by default the number of rows, or 64 from a prior.
 * @throws InvalidInputError for another number of rows, another width, or a row outside the support, and NonFiniteError
 * where the log density or the score is not finite, both naming the row.
 */
export function startPoints(
  density: LogDensity,
  initial: Rows | Pick<Prior, 'dim' | 'sample'>,
  chains: number | undefined,
  seed: number,
): tf.Tensor2D {
  const theta = isPrior(initial)
    ? priorSamples(initial, chains ?? usualChains, seed)
    : toTensor2D(initial, 'sampleChains: initial', density.dim);
  try {
    const [rows, dim] = theta.shape;
    demand(
      'sampleChains: initial',
      rows === (chains ?? rows) && dim === density.dim,
      `a row of ${density.dim} numbers for each of ${chains ?? rows} chains`,
      `the shape [${rows}, ${dim}]`,
    );
    checkRows(density, theta);
    return theta;
  } catch (error) {
    theta.dispose();
    throw error;
  }
}

function isPrior(initial: Rows | Pick<Prior, 'dim' | 'sample'>): initial is Pick<Prior, 'dim' | 'sample'> {
  return !(initial instanceof tf.Tensor) && 'sample' in initial && typeof initial.sample === 'function';
}

function checkRows(density: LogDensity, theta: tf.Tensor2D): void {
  const { support } = density;
  const rows = theta.arraySync();
  const outside = rows.findIndex((row) =>
    row.some((value, i) => support && !(value >= support.lower[i] && value <= support.upper[i])),
  );
  if (outside >= 0)
    refuse(
      'sampleChains: initial',
      'rows within the support of the density',
      `[${rows[outside].join(', ')}] in row ${outside}`,
    );
  const [logs, scores] = tf.tidy(() => [logProbOf(density, theta).dataSync(), density.score(theta).dataSync()]);
  const bad = rows.findIndex(
    (_, c) =>
      !Number.isFinite(logs[c]) ||
      !scores.subarray(c * density.dim, (c + 1) * density.dim).every((value) => Number.isFinite(value)),
  );
  if (bad >= 0)
    throw new NonFiniteError(
      `sampleChains: the log density at row ${bad} of initial, [${rows[bad].join(', ')}], is ${logs[bad]} and its ` +
        `score [${Array.from(scores.subarray(bad * density.dim, (bad + 1) * density.dim)).join(', ')}]. ` +
        'Start where the density is positive, and check it for logarithms of zero.',
    );
}
