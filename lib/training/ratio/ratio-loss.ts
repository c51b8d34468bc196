import type * as tf from '@tensorflow/tfjs';
import type { Rows } from '../../core/rows';

/**
 * What the likelihood is divided by in the ratio that a loss learns, r = p(x | theta) / .: the evidence p(x), some
 * function of x that stays unknown, or the likelihood of one reference, p(x | theta_ref).
 */
export type RatioDenominator = 'evidence' | 'unknown function of x' | 'reference';

/** A loss by name, with its settings; JSON. */
export interface RatioLossSpec {
  /** Which loss. */
  readonly name: string;
  readonly [setting: string]: unknown;
}

/**
 * A loss whose minimum is a log likelihood ratio, as a value for `nre.train`: it looks at the log ratios of a batch of
 * pairs (theta_i, x_i) as they were simulated, and of contrasts, whose theta is that of other rows.
 */
export interface RatioLoss {
  /** Its name and settings. */
  readonly spec: RatioLossSpec;
  /** What the likelihood is divided by. */
  readonly denominator: RatioDenominator;
  /** C, the contrasts of each row. */
  readonly contrasts: number;
  /** Data [M, L] simulated at theta_ref, which the contrasts have in the place of the rows' own. */
  readonly reference?: Rows;
  /**
   * The mean loss, of log ratios of the pairs [B] and of their contrasts [B, C]; of tfjs operations only. The caller
   * owns the scalar.
   */
  value(own: tf.Tensor1D, contrasts: tf.Tensor2D): tf.Scalar;
}
