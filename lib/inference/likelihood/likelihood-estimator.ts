import * as tf from '@tensorflow/tfjs';
import { describedEstimator } from '../../contract/descriptions';
import type { DrawEachOptions, Estimator } from '../../contract/estimator';
import { demand, objectOf, requireCount } from '../../core/checks';
import type { LongWorkOptions } from '../../core/host';
import { toTensor2D, type Rows } from '../../core/rows';
import type { Prior } from '../../distributions/prior';
import { priorSamples } from '../../distributions/prior-samples';
import { checkShape } from '../../distributions/prior-shape';
import { compile } from '../../graph/compile';
import type { EstimatorRecord } from '../../records/estimator-record';
import {
  chainPosteriors,
  type ChainPosterior,
  type ChainPosteriors,
  type ChainSampleOptions,
} from '../chain-posterior';
import type { DensityModel } from '../density/density-model';
import type { DensityNetwork } from '../density/embedded-density';
import { inPasses, joined } from '../density/in-passes';
import { arraysOf } from '../estimator-record';
import { requireParameters, type Frame, type FrameConfig } from '../frame';
import type { ConditionScales } from '../parameter-conditions';
import type { PriorProbe } from '../prior-probe';
import type { DataColumns } from './data-columns';
import { learnedLikelihood, type LikelihoodContext } from './learned-likelihood';

/** What a likelihood estimator is besides its weights; JSON. */
export interface LikelihoodEstimatorConfig {
  readonly kind: 'nle';
  readonly version: 1;
  readonly dims: { readonly theta: number; readonly x: number };
  /** Settings of the network. */
  readonly network: DensityNetwork;
  /** How parameters and data become what the network sees. */
  readonly frame: FrameConfig;
  /** How bounded parameters are standardised as they are. */
  readonly conditions: ConditionScales;
  /** The columns of data that have a density, and those of whole numbers, which get noise of one unit. */
  readonly columns: DataColumns;
  /** Tells a wrong prior when the estimator is read back. */
  readonly priorProbe: PriorProbe;
  /** How training went. */
  readonly training: Readonly<Record<string, number | string>>;
}

/** A trained density q(x | theta) of one observation, and posteriors given any number of them. */
export interface LikelihoodEstimator extends Estimator<ChainPosterior> {
  /** Shapes, settings and the course of training; JSON. */
  readonly config: LikelihoodEstimatorConfig;
  /**
   * The posterior given observations xObs [n, L], p(theta) prod_j q(x_j | theta); the caller disposes it.
   * @param options `prior`, another one than that of training: its support must lie within the training prior's, and
   * its draws where training had simulations.
   * @throws InvalidInputError for no observations, another width, NaN or infinity, or such a prior.
   */
  given(xObs: Rows, options?: { prior?: Prior }): ChainPosterior;
  /** Draws from the posterior of each row of x by itself, one after the other, by the same compiled chains. */
  drawEach(x: Rows, options: DrawEachOptions & ChainSampleOptions): Promise<tf.Tensor3D>;
  /**
   * The learned log likelihood of observations x [n, L], sum_j log q(x_j | theta_b), [B] at theta [B, D], in the units
   * of x; of whole numbers it is a probability's. Constant columns of the simulations count nothing. The caller
   * disposes the tensor.
   * @throws InvalidInputError for another width of either.
   */
  logLikelihood(theta: tf.Tensor2D, x: Rows, options?: LongWorkOptions): Promise<tf.Tensor1D>;
}

/** Draws of a prior that are looked at. */
const priorDraws = 1000;
/** The share of them that may lie beyond all simulations before there is a warning: a normal prior has a few. */
const mostBeyond = 0.02;

/** The estimator of trained weights, which it owns from here on. */
export function likelihoodEstimator(
  model: DensityModel,
  { config, weights, frame }: { config: LikelihoodEstimatorConfig; weights: tf.Tensor[]; frame: Frame },
): LikelihoodEstimator {
  const { prior, dims } = frame;
  const likelihood = learnedLikelihood(model, frame, config);
  const posteriors = new Map<Prior, ChainPosteriors<LikelihoodContext>>();
  const posteriorsOf = (of: Prior): ChainPosteriors<LikelihoodContext> => {
    const known =
      posteriors.get(of) ??
      chainPosteriors<LikelihoodContext>({
        prior: of,
        origin: 'a learned likelihood',
        logFactor: (theta, context) => likelihood.logProb(theta, context),
        factorScore: (theta, context) => likelihood.score(theta, context),
      });
    posteriors.set(of, known);
    return known;
  };
  const logLikelihood = compile((context: LikelihoodContext, theta: tf.Tensor2D) => likelihood.logProb(theta, context));
  const contextOf = (x: tf.Tensor2D): LikelihoodContext => ({ weights, observed: likelihood.observe(x) });
  const rowsOf = (xObs: Rows): tf.Tensor2D => {
    // refuses what is none, and warns of what lies far from the simulations
    frame.observations(xObs).dispose();
    return toTensor2D(xObs, 'xObs', dims.x);
  };
  const estimator: LikelihoodEstimator = {
    config,
    prior,
    given: (xObs, options = {}) => {
      const { prior: own = prior } = objectOf('estimator.given: options', options, '{ prior }, or nothing');
      if (own !== prior) checkOtherPrior(own, frame);
      const x = rowsOf(xObs);
      const context = contextOf(x);
      const n = x.shape[0];
      x.dispose();
      return posteriorsOf(own).given(context, n, [context.observed.z, context.observed.logVolume]);
    },
    drawEach: async (xObs, given) => {
      const options = objectOf('drawEach: options', given, '{ draws, seed }');
      requireCount('drawEach draws', options.draws);
      const x = rowsOf(xObs);
      const contexts = (tf.split(x, x.shape[0]) as tf.Tensor2D[]).map((row) => {
        const context = contextOf(row);
        row.dispose();
        return context;
      });
      x.dispose();
      return posteriorsOf(prior)
        .drawEach(contexts, options)
        .finally(() => tf.dispose(contexts.map(({ observed }) => observed)));
    },
    logLikelihood: async (theta, x, options = {}) => {
      requireParameters('logLikelihood: theta', theta, frame);
      const rows = toTensor2D(x, 'logLikelihood: x', dims.x);
      const context = contextOf(rows);
      rows.dispose();
      const parts = await inPasses('Log likelihood', theta.shape[0], options, (start, count) =>
        tf.tidy(() => logLikelihood(context, tf.slice(theta, [start, 0], [count, -1]))),
      ).finally(() => tf.dispose(context.observed));
      return joined(parts);
    },
    record: () => ({
      config: config as unknown as EstimatorRecord['config'],
      arrays: arraysOf({ weights }),
    }),
    dispose: () => {
      tf.dispose(weights);
      logLikelihood.dispose();
      for (const each of posteriors.values()) each.dispose();
      posteriors.clear();
    },
  };
  return describedEstimator(estimator, dims);
}

/**
 * Refuses a prior that reaches beyond that of training, and warns of one whose draws lie where no simulation was.
 * @throws InvalidInputError for what is no prior, another number of parameters, or a support beyond the training's.
 */
function checkOtherPrior(prior: Prior, frame: Frame): void {
  const what = 'estimator.given: prior';
  checkShape(prior, what);
  const { dim, support } = frame.prior;
  demand(what, prior.dim === dim, `a prior of ${dim} parameters`, prior.dim);
  const sides = (side: 'lower' | 'upper', open: number): number[][] =>
    [prior.support, support].map((each) => [...(each?.[side] ?? new Array<number>(dim).fill(open))]);
  const [[lower, low], [upper, high]] = [sides('lower', -Infinity), sides('upper', Infinity)];
  demand(
    what,
    lower.every((value, k) => value >= low[k] && upper[k] <= high[k]),
    `a support within that of training, [${low.join(', ')}] to [${high.join(', ')}]`,
    `[${lower.join(', ')}] to [${upper.join(', ')}]`,
    'The likelihood was learned there only; train on simulations from a prior that reaches as far.',
  );
  const { lowest, highest } = frame.config.theta;
  const beyond = tf.tidy(() => {
    const y = frame.toNetwork(priorSamples(prior, priorDraws, 1));
    const isOut = tf.logicalOr(tf.less(y, tf.tensor1d(lowest)), tf.greater(y, tf.tensor1d(highest)));
    return tf.mean(tf.cast(tf.any(isOut, 1), 'float32')).dataSync()[0];
  });
  if (beyond > mostBeyond)
    console.warn(
      `${what}: ${(100 * beyond).toFixed(0)}% of its draws lie beyond all parameters that were simulated; the ` +
        'likelihood there is an extrapolation. Simulate from a wider prior.',
    );
}
