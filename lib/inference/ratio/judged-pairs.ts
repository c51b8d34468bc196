import * as tf from '@tensorflow/tfjs';
import { demand, objectOf } from '../../core/checks';
import { toTensor2D, type Rows } from '../../core/rows';
import type { RatioDenominator } from '../../training/ratio/ratio-loss';
import { mostRows } from '../density/in-passes';
import type { Frame } from '../frame';
import type { JudgedPairs } from './classifier-calibration';
import type { RatioModel } from './ratio-model';

/** Simulations that a classifier is judged on. */
export interface FreshPairs {
  /** Parameters [N, D]. */
  readonly theta: Rows;
  /** Their data [N, L]. */
  readonly x: Rows;
  /** Data [N, L] simulated at the reference, for a ratio that has one. */
  readonly reference?: Rows;
}

/**
 * Log ratios of pairs as simulated, and of contrasts: each row's data with the parameters of the row after it or, with
 * a reference, each row's parameters with data of the reference.
 * @throws InvalidInputError for pairs that do not fit, fewer than two, or missing data at the reference.
 */
export function judgedPairs(
  model: RatioModel,
  weights: tf.Tensor[],
  frame: Frame,
  pairs: FreshPairs,
  denominator: RatioDenominator,
): JudgedPairs {
  const given = objectOf('calibration: pairs', pairs, '{ theta, x }');
  const held: tf.Tensor2D[] = [];
  const table = (what: string, rows: Rows, columns: number): tf.Tensor2D => {
    const made = toTensor2D(rows, `calibration: ${what}`, columns);
    held.push(made);
    return made;
  };
  try {
    const theta = table('theta', given.theta, frame.dims.theta);
    const x = table('x', given.x, frame.dims.x);
    const hasReference = denominator === 'reference';
    if (hasReference) objectOf('calibration: reference', given.reference, 'data [N, L] simulated at the reference');
    const other = hasReference ? table('reference', given.reference!, frame.dims.x) : x;
    const count = theta.shape[0];
    for (const [what, rows] of [
      ['x', x],
      ['reference', other],
    ] as const)
      demand(`calibration: ${what}`, rows.shape[0] === count, `${count} rows, as of theta`, rows.shape[0]);
    demand('calibration: pairs', count >= 2, 'at least 2', count);
    return tf.tidy(() =>
      judged(model, weights, {
        theta: frame.toNetwork(theta),
        x: frame.toData(x),
        ...(hasReference && { reference: frame.toData(other) }),
      }),
    );
  } finally {
    tf.dispose(held);
  }
}

/** The same of rows as the network sees them. */
export function judged(
  model: RatioModel,
  weights: tf.Tensor[],
  { theta, x, reference }: { theta: tf.Tensor2D; x: tf.Tensor2D; reference?: tf.Tensor2D },
): JudgedPairs {
  const next = reference ? theta : (tf.concat([tf.slice(theta, 1), tf.slice(theta, 0, 1)], 0) as tf.Tensor2D);
  return {
    own: logRatios(model, weights, theta, x),
    contrasts: logRatios(model, weights, next, reference ?? x),
  };
}

function logRatios(model: RatioModel, weights: tf.Tensor[], theta: tf.Tensor2D, x: tf.Tensor2D): number[] {
  const parts = Array.from({ length: Math.ceil(theta.shape[0] / mostRows) }, (_, i) => {
    const [ofTheta, ofX] = [theta, x].map((each) =>
      tf.slice(each, [i * mostRows, 0], [Math.min(mostRows, theta.shape[0] - i * mostRows), -1]),
    );
    return Array.from(model.ofRows(weights, ofTheta, ofX).dataSync<'float32'>());
  });
  return parts.flat();
}
