import * as tf from '@tensorflow/tfjs';
import type { Frame } from './frame';
import { fitStandardisation, standardise, type Standardisation } from './standardisation';

/** How bounded parameters are standardised as they are; null without bounds, where a network sees them so anyway. */
export type ConditionScales = Standardisation | null;

/** The scales of parameters that a network sees as y [N, D]. */
export function fitConditions(frame: Frame, y: tf.Tensor2D): ConditionScales {
  if (frame.prior.support === undefined) return null;
  const theta = tf.tidy(() => frame.toParameters(y));
  const scales = fitStandardisation(theta, true);
  theta.dispose();
  return scales;
}

/**
 * What a model of data given parameters sees of these: y, unconstrained and standardised, and, where they are bounded,
 * the parameters as they are, too, since a likelihood is often simple in one of the two.
 * @returns the conditions [N, C] of y [N, D]; the parameters themselves save their computation.
 */
export function parameterConditions(
  frame: Frame,
  scales: ConditionScales,
): (y: tf.Tensor2D, theta?: tf.Tensor2D) => tf.Tensor2D {
  if (scales === null) return (y) => y.clone();
  return (y, theta = frame.toParameters(y)) => tf.concat([y, standardise(scales, theta)], 1) as tf.Tensor2D;
}
