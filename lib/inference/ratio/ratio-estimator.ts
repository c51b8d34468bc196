import * as tf from '@tensorflow/tfjs';
import { describedEstimator } from '../../contract/descriptions';
import type { DrawEachOptions, Estimator } from '../../contract/estimator';
import { objectOf, requireCount } from '../../core/checks';
import type { LongWorkOptions } from '../../core/host';
import { toTensor2D, type Rows } from '../../core/rows';
import type { Prior } from '../../distributions/prior';
import { compile } from '../../graph/compile';
import type { ClassifierCalibration } from '../../records/classifier-calibration';
import type { EstimatorRecord } from '../../records/estimator-record';
import type { RatioDenominator, RatioLossSpec } from '../../training/ratio/ratio-loss';
import {
  chainPosteriors,
  type ChainPosterior,
  type ChainPosteriors,
  type ChainSampleOptions,
} from '../chain-posterior';
import { checkOtherPrior } from '../check-other-prior';
import { inPasses, joined } from '../density/in-passes';
import { arraysOf } from '../estimator-record';
import type { Frame, FrameConfig } from '../frame';
import type { PriorProbe } from '../prior-probe';
import { classifierCalibration } from './classifier-calibration';
import { judgedPairs, type FreshPairs } from './judged-pairs';
import type { RatioModel, RatioNetworkConfig } from './ratio-model';

/** What a ratio estimator is besides its weights; JSON. */
export interface RatioEstimatorConfig {
  readonly kind: 'nre';
  readonly version: 1;
  readonly dims: { readonly theta: number; readonly x: number };
  /** Settings of the network. */
  readonly network: RatioNetworkConfig;
  /** The loss that it was trained with. */
  readonly loss: RatioLossSpec;
  /** What the likelihood is divided by. */
  readonly denominator: RatioDenominator;
  /** How parameters and data become what the network sees. */
  readonly frame: FrameConfig;
  /** Tells a wrong prior when the estimator is read back. */
  readonly priorProbe: PriorProbe;
  /** The least and greatest parameters of training, as the network saw them; missing in older records. */
  readonly range?: ParameterRange;
  /** How training went. */
  readonly training: Readonly<Record<string, number | string>>;
}

/** A box of parameters. */
export interface ParameterRange {
  /** Lower bounds [D]. */
  readonly lower: readonly number[];
  /** Upper bounds [D]. */
  readonly upper: readonly number[];
}

/** What a posterior is asked for besides its observations. */
export interface RatioPosteriorOptions {
  /** A prior in the place of that of training, whose support it must not leave. */
  readonly prior?: Prior;
}

/**
 * A learned likelihood ratio, for any number of observations. Beyond the range of the parameters that it was trained
 * on, it is that of the nearest one within: a network that goes on growing there may outgrow the prior.
 */
export interface RatioEstimator extends Estimator<ChainPosterior> {
  /** Shapes, settings and the course of training; JSON. */
  readonly config: RatioEstimatorConfig;
  /**
   * The posterior given observations xObs [n, L], p(theta) prod_j r(theta, x_j) up to a constant, drawn from by Markov
   * chains; the caller disposes it.
   * @param options another prior, see {@link RatioPosteriorOptions}; its graphs are kept until the estimator is
   * disposed.
   * @throws InvalidInputError for no observations, another width than the simulations', NaN or infinity, or a prior
   * whose support reaches beyond that of training.
   */
  given(xObs: Rows, options?: RatioPosteriorOptions): ChainPosterior;
  /** Draws from the posterior of each row of x by itself, one after the other, by the same compiled chains. */
  drawEach(x: Rows, options: DrawEachOptions & ChainSampleOptions): Promise<tf.Tensor3D>;
  /**
   * sum_j log r(theta, x_j) [B] at theta [B, D], of observations x [n, L]; `config.denominator` says of which ratio.
   * The caller disposes the tensor.
   * @throws InvalidInputError for tables of other widths, NaN or infinity.
   */
  logRatio(theta: Rows, x: Rows, options?: LongWorkOptions): Promise<tf.Tensor1D>;
  /**
   * How often the classifier is right where it says so, on simulations that it was not trained on, at least two.
   * @throws InvalidInputError for pairs that do not fit, and for missing data at the reference where there is one.
   */
  calibration(pairs: FreshPairs): Promise<ClassifierCalibration>;
}

/** The tensors that tell one posterior from another. */
type Observed = { readonly weights: tf.Tensor[]; readonly ofX: tf.Tensor2D[] };

/** The estimator of trained weights, which it owns from here on. */
export function ratioEstimator(
  model: RatioModel,
  { config, weights, frame, prior }: { config: RatioEstimatorConfig; weights: tf.Tensor[]; frame: Frame; prior: Prior },
): RatioEstimator {
  const { dims } = frame;
  const ofRows = (weights: tf.Tensor[], theta: tf.Tensor2D, ofX: tf.Tensor2D[]): tf.Tensor1D =>
    model.ofSet(weights, within(config.range, frame.toNetwork(theta)), ofX);
  const posteriors = new Map<Prior, ChainPosteriors<Observed>>();
  const posteriorsOf = (law: Prior): ChainPosteriors<Observed> => {
    const known =
      posteriors.get(law) ??
      chainPosteriors<Observed>({
        prior: law,
        logFactor: (theta, { weights, ofX }) => ofRows(weights, theta, ofX),
        origin: 'a learned likelihood ratio',
      });
    posteriors.set(law, known);
    return known;
  };
  const ofSet = compile(({ weights, ofX }: Observed, theta: tf.Tensor2D) => ofRows(weights, theta, ofX));
  const ofData = (x: tf.Tensor2D): tf.Tensor2D[] => tf.tidy(() => model.ofX(weights, x));
  const given = (xObs: Rows, options: RatioPosteriorOptions = {}): ChainPosterior => {
    const { prior: other } = objectOf('given: options', options);
    if (other && other !== prior) checkOtherPrior(other, { prior, frame, learned: 'ratio' });
    const x = frame.observations(xObs);
    const n = x.shape[0];
    const ofX = ofData(x);
    x.dispose();
    return posteriorsOf(other ?? prior).given({ weights, ofX }, n, ofX);
  };
  const estimator: RatioEstimator = {
    config,
    prior,
    given,
    logRatio: async (theta, x, options = {}) => {
      const parameters = toTensor2D(theta, 'logRatio: theta', dims.theta);
      const held: tf.Tensor[] = [parameters];
      try {
        const data = frame.observations(x);
        held.push(data);
        const ofX = ofData(data);
        held.push(...ofX);
        return joined(
          await inPasses('Log ratio', parameters.shape[0], options, (start, rows) =>
            tf.tidy(() => ofSet({ weights, ofX }, tf.slice(parameters, [start, 0], [rows, -1]))),
          ),
        );
      } finally {
        tf.dispose(held);
      }
    },
    calibration: async (pairs) => {
      const judged = judgedPairs(model, weights, frame, pairs, config.denominator);
      return classifierCalibration(judged, config.denominator !== 'unknown function of x');
    },
    drawEach: async (xObs, given) => {
      const options = objectOf('drawEach: options', given, '{ draws, seed }');
      requireCount('drawEach draws', options.draws);
      const x = frame.observations(xObs);
      const rows = tf.split(x, x.shape[0]) as tf.Tensor2D[];
      const contexts = rows.map((row) => ({ weights, ofX: ofData(row) }));
      tf.dispose(rows);
      x.dispose();
      return posteriorsOf(prior)
        .drawEach(contexts, options)
        .finally(() => tf.dispose(contexts.map(({ ofX }) => ofX)));
    },
    record: () => ({ config: config as unknown as EstimatorRecord['config'], arrays: arraysOf({ weights }) }),
    dispose: () => {
      tf.dispose(weights);
      ofSet.dispose();
      for (const each of posteriors.values()) each.dispose();
      posteriors.clear();
    },
  };
  return describedEstimator(estimator, dims);
}

/** The points of a box nearest to rows [B, D]. */
function within(range: ParameterRange | undefined, rows: tf.Tensor2D): tf.Tensor2D {
  if (!range) return rows;
  return tf.minimum(tf.maximum(rows, tf.tensor2d([[...range.lower]])), tf.tensor2d([[...range.upper]]));
}
