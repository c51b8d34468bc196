import * as tf from '@tensorflow/tfjs';
import { describedEstimator } from '../../contract/descriptions';
import type { DrawEachOptions, Estimator } from '../../contract/estimator';
import { objectOf, requireCount } from '../../core/checks';
import type { LongWorkOptions } from '../../core/host';
import { toTensor2D, type Rows } from '../../core/rows';
import type { Prior } from '../../distributions/prior';
import type { DrawOptions } from '../../contract/posterior';
import { compile } from '../../graph/compile';
import { foldKey, randomKey, type Key } from '../../graph/random';
import type { EstimatorRecord } from '../../records/estimator-record';
import {
  chainPosteriors,
  type ChainPosterior,
  type ChainPosteriors,
  type ChainSampleOptions,
} from '../chain-posterior';
import { checkOtherPrior } from '../check-other-prior';
import type { DensityModel } from '../density/density-model';
import type { DensityNetwork } from '../density/embedded-density';
import { inPasses, joined, mostRows } from '../density/in-passes';
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
  /**
   * Data drawn from the learned likelihood, x_b ~ q(x | theta_b), [B, L] in the units of x for theta [B, D]: what the
   * simulator would make, within the range of the simulations, at no call of it. The caller disposes the tensor.
   * @throws InvalidInputError for another width of theta.
   */
  simulate(theta: tf.Tensor2D, options: DrawOptions): Promise<tf.Tensor2D>;
}

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
  const draw = compile((w: tf.Tensor[], key: Key, theta: tf.Tensor2D) => likelihood.sample(theta, w, key));
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
      if (own !== prior) checkOtherPrior(own, { prior, frame, learned: 'likelihood' });
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
    simulate: async (theta, { seed, ...work }) => {
      requireParameters('simulate: theta', theta, frame);
      const root = randomKey(seed);
      const parts = await inPasses('Sampling', theta.shape[0], work, (start, count) =>
        tf.tidy(() => draw(weights, foldKey(root, start / mostRows), tf.slice(theta, [start, 0], [count, -1]))),
      ).finally(() => root.dispose());
      return joined(parts);
    },
    record: () => ({
      config: config as unknown as EstimatorRecord['config'],
      arrays: arraysOf({ weights }),
    }),
    dispose: () => {
      tf.dispose(weights);
      logLikelihood.dispose();
      draw.dispose();
      for (const each of posteriors.values()) each.dispose();
      posteriors.clear();
    },
  };
  return describedEstimator(estimator, dims);
}
