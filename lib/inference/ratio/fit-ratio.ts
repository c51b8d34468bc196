import * as tf from '@tensorflow/tfjs';
import type { Prior } from '../../distributions/prior';
import type { ClassifierCalibration } from '../../records/classifier-calibration';
import { heldOutRows } from '../../training/fit';
import type { FitOptions } from '../../training/fit-settings';
import { contrasted } from '../../training/ratio/contrasted';
import type { RatioLoss } from '../../training/ratio/ratio-loss';
import { courseNumbers, courseOf, delivered, type Course } from '../course';
import { fitMembers } from '../fit-members';
import type { Frame } from '../frame';
import { priorProbe } from '../prior-probe';
import { classifierCalibration, withoutSupport } from './classifier-calibration';
import { judged } from './judged-pairs';
import { ratioEstimator, type ParameterRange, type RatioEstimator, type RatioEstimatorConfig } from './ratio-estimator';
import { embeddedClassifier, networkOf, ratioModel, type RatioModel, type RatioParts } from './ratio-model';

/** The course of a ratio's training, and what it was found to be worth on held-out simulations. */
export interface RatioCourse extends Course {
  /** The classifier's calibration on them; known for one network, since several hold out others each. */
  readonly calibration?: ClassifierCalibration;
  /**
   * The share of held-out pairs of which a classifier against a fixed reference is more certain than its training can
   * support, |log r| > log N with N training rows: where p(x | theta) and p(x | theta_ref) do not overlap.
   */
  readonly withoutSupport?: number;
}

/** A learned ratio with the course of its training. */
export type TrainedRatioEstimator = RatioEstimator & { readonly fit: RatioCourse };

/** Parameters [N, D] and data [N, L], and where there is a reference, data [N, L] simulated there. */
export type RatioRows = [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D?];

/** What a ratio is to be fitted to. */
export interface RatioProblem {
  /** As the network sees them; kept by the caller. */
  readonly rows: RatioRows;
  readonly frame: Frame;
  readonly prior: Prior;
  readonly loss: RatioLoss;
  readonly parts: RatioParts;
  /** Networks whose log ratios are averaged. */
  readonly members: number;
}

/** Trains a ratio and judges it on the simulations that training held out. */
export async function fitRatio(problem: RatioProblem, options: FitOptions): Promise<TrainedRatioEstimator> {
  const { rows, frame, prior, loss, parts } = problem;
  const one = embeddedClassifier(frame.dims, parts);
  const fitted = await fitMembers(
    { weights: one.weights, loss: contrasted(loss, one), rows: rows as tf.Tensor2D[] },
    problem.members,
    options,
  );
  const model = ratioModel(one, fitted.members);
  const { weights, fit } = fitted;
  const simulations = rows[0].shape[0];
  const config: RatioEstimatorConfig = {
    kind: 'nre',
    version: 1,
    dims: frame.dims,
    network: networkOf(parts, fitted.members),
    loss: loss.spec,
    denominator: loss.denominator,
    frame: frame.config,
    priorProbe: priorProbe(prior),
    range: rangeOf(rows[0]),
    training: { simulations, ...courseNumbers(courseOf(fit)) },
  };
  const found = problem.members === 1 ? onHeldOut(problem, model, weights, heldOutRows(simulations, options)) : {};
  const estimator = ratioEstimator(model, { config, weights, frame, prior });
  return delivered(estimator, fit, { ...(fitted.parts && { parts: fitted.parts }), ...found });
}

function rangeOf(rows: tf.Tensor2D): ParameterRange {
  return tf.tidy(() => ({ lower: [...tf.min(rows, 0).dataSync()], upper: [...tf.max(rows, 0).dataSync()] }));
}

/** Shares of pairs without common support from which on it is told. */
const muchWithoutSupport = 0.01;

function onHeldOut({ rows, loss }: RatioProblem, model: RatioModel, weights: tf.Tensor[], heldOut: Int32Array) {
  if (heldOut.length < 2) return {};
  const pairs = tf.tidy(() => {
    const numbers = tf.tensor1d(heldOut, 'int32');
    const [theta, x, reference] = (rows as tf.Tensor2D[]).map((each) => tf.gather(each, numbers));
    return judged(model, weights, { theta, x, reference });
  });
  const calibration = classifierCalibration(pairs, loss.denominator !== 'unknown function of x');
  if (!loss.reference) return { calibration };
  const share = withoutSupport(pairs, rows[0].shape[0] - heldOut.length);
  if (share >= muchWithoutSupport)
    console.warn(
      `nre.train: p(x | theta) and p(x | theta_ref) do not overlap for ${Math.round(100 * share)} % of pairs, as ` +
        'far as the simulations tell: the ratio there is a guess. Choose a reference amid the data, or a loss ' +
        'without one, such as ratioLosses.nreC().',
    );
  return { calibration, withoutSupport: share };
}
