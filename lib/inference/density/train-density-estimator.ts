import type * as tf from '@tensorflow/tfjs';
import type { FitOptions } from '../../training/fit-settings';
import { fit, type Fit } from '../../training/fit';
import { maximumLikelihood } from '../../training/maximum-likelihood';
import { courseNumbers, courseOf, delivered, type Course, type TrainingPart } from '../course';
import type { Frame } from '../frame';
import { priorProbe } from '../prior-probe';
import {
  densityEstimator,
  type DensityEstimator,
  type DensityEstimatorConfig,
  type DensityMethod,
} from './density-estimator';
import type { DensityModel } from './density-model';

/** A trained density with the course of its training. */
export type TrainedDensityEstimator<N> = DensityEstimator<N> & { readonly fit: Course };

/** What a density was fitted to. */
export interface DensityTraining {
  readonly frame: Frame;
  /** Observations of the largest set among the rows. */
  readonly maxObservations: number;
  /** What the rows are, in numbers, for the config. */
  readonly size: Readonly<Record<string, number>>;
}

/** What a density is to be fitted to. */
export interface DensityProblem<N, M extends DensityModel> extends DensityTraining {
  /** Settings of the network. */
  readonly network: N;
  /** Tensors [M, ...] of what the network sees, parameters first; kept by the caller. */
  readonly rows: tf.Tensor2D[];
  /** The contexts [B, C] of a batch of rows. */
  contexts(model: M, weights: tf.Tensor[], rows: tf.Tensor2D[]): tf.Tensor2D;
}

/** Trains a density by maximum likelihood; the rows are the method's, checked and as its network sees them. */
export async function trainDensityEstimator<N, M extends DensityModel>(
  method: DensityMethod<N, M>,
  problem: DensityProblem<N, M>,
  options: FitOptions,
): Promise<TrainedDensityEstimator<N>> {
  const { frame, network, rows } = problem;
  const model = method.model(frame.dims, network);
  const loss = maximumLikelihood((weights, batch) =>
    model.density.logProb(model.densityWeights(weights), batch[0], problem.contexts(model, weights, batch)),
  );
  const fitted = await fit({ weights: model.weights, loss, rows }, options);
  return deliveredDensity(method, problem, { network, model, weights: fitted.weights, fit: fitted });
}

/**
 * The estimator of a fitted density, whose weights it owns from here on.
 * @throws InterruptedError or NonFiniteError, with the estimator as `partial`, as training was stopped.
 */
export function deliveredDensity<N>(
  { kind }: Pick<DensityMethod<N>, 'kind'>,
  { frame, maxObservations, size }: DensityTraining,
  fitted: {
    readonly network: N;
    readonly model: DensityModel;
    readonly weights: tf.Tensor[];
    readonly fit: Fit;
    readonly parts?: readonly TrainingPart[];
  },
): TrainedDensityEstimator<N> {
  const { network, model, weights, fit, parts } = fitted;
  const config: DensityEstimatorConfig<N> = {
    kind,
    version: 2,
    dims: frame.dims,
    network,
    maxObservations,
    frame: frame.config,
    priorProbe: priorProbe(frame.prior),
    training: { ...size, ...courseNumbers(courseOf(fit)) },
  };
  return delivered(densityEstimator(model, { config, weights, frame }), fit, parts && { parts });
}
