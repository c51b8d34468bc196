import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../../core/errors';
import type { EstimatorRecord } from '../../records/estimator-record';
import { toTensor2D, type Rows } from '../../core/rows';
import { unconstrained } from '../../distributions/bijector';
import type { Prior } from '../../distributions/prior';
import { compile } from '../../graph/compile';
import { randomKey, randomNormal } from '../../graph/random';
import { setFlow, type SetFlowOptions } from '../../nn/density/set-flow';
import { arraysOf, checkRecord, tensorsOf } from '../estimator-record';
import { checkPriorProbe, type PriorProbe } from '../prior-probe';
import { farObservations, standardise, unstandardise, type Standardisation } from '../standardisation';
import { withinSupport } from '../within-support';

/** What a flow estimator is besides its weights; JSON. */
export interface FlowEstimatorConfig {
  readonly kind: 'flow-npe';
  readonly version: 1;
  readonly dims: { readonly theta: number; readonly x: number };
  readonly network: SetFlowOptions;
  /** The largest set of observations that training had room for. */
  readonly maxObservations: number;
  readonly theta: Standardisation;
  readonly x: Standardisation;
  /** Tells a wrong prior when the estimator is read back. */
  readonly priorProbe: PriorProbe;
  /** How training went. */
  readonly training: Readonly<Record<string, number | string>>;
}

/** The posterior given n observations, as a flow has it: exact draws, and a density in closed form. */
export interface FlowPosterior {
  /** Number of observations. */
  readonly n: number;
  /** Number of parameters. */
  readonly dim: number;
  /**
   * Independent draws [samples, D] in the prior's support, one pass of the inverse flow; the caller disposes the tensor.
   * @throws InvalidInputError where the number of samples is not a positive whole number.
   */
  sample(samples: number, options: FlowSampleOptions): tf.Tensor2D;
  /**
   * The normalised log density [B] at theta [B, D], -Infinity outside of the prior's support; the caller disposes the tensor.
   * @throws InvalidInputError for another width.
   */
  logProb(theta: tf.Tensor2D): tf.Tensor1D;
  /** Frees the embedded observations. */
  dispose(): void;
}

/** How samples are drawn from a flow. */
export interface FlowSampleOptions {
  /** Seed of the draw: the same seed gives the same samples. */
  seed: number;
}

/** A trained density of p(theta | x_1, ..., x_n), for any set of observations. */
export interface FlowEstimator {
  /** Shapes, settings and the course of training; JSON. */
  readonly config: FlowEstimatorConfig;
  /** The prior of training. */
  readonly prior: Prior;
  /**
   * The posterior given observations; it warns of more of them than a training set held, and of such far from the simulations.
   * @param xObs observations [n, L] in any order, any n of at least 1.
   * @throws InvalidInputError for no observations, another width than the simulations', NaN or infinity.
   */
  given(xObs: Rows): FlowPosterior;
  /** The estimator as plain data. */
  record(): EstimatorRecord;
  /** Frees the weights and the compiled passes. */
  dispose(): void;
}

/** Rows of one pass, which bounds the memory for any number of them. */
const mostRows = 16_384;

/** The estimator of trained weights; it owns them from here on. */
export function flowEstimator(config: FlowEstimatorConfig, weights: tf.Tensor[], prior: Prior): FlowEstimator {
  const { dims, maxObservations } = config;
  const flow = setFlow(dims, config.network);
  const map = unconstrained(prior);
  const logStd = config.theta.std.reduce((sum, std) => sum + Math.log(std), 0);
  const draw = compile((w: tf.Tensor[], context: tf.Tensor2D, noise: tf.Tensor2D): tf.Tensor2D =>
    map.toConstrained(unstandardise(config.theta, flow.draw(w, noise, context))),
  );
  // theta = map(mean + std y): log q(theta) = log q(y) - log std - log |d map|
  const density = compile((w: tf.Tensor[], context: tf.Tensor2D, theta: tf.Tensor2D): tf.Tensor1D => {
    const z = map.toUnconstrained(theta);
    const logProb = flow.logProb(w, standardise(config.theta, z), context);
    return withinSupport(prior, theta, tf.sub(logProb, tf.add(map.logAbsDetJacobian(z), logStd)));
  });

  return {
    config,
    prior,
    given: (xObs) => {
      const raw = toTensor2D(xObs, 'xObs', dims.x);
      const n = raw.shape[0];
      if (n > maxObservations)
        console.warn(
          `The network has seen at most ${maxObservations} observations at a time, and ${n} came; the posterior there is an extrapolation.`,
        );
      const context = tf.tidy(() => {
        const x = standardise(config.x, raw);
        const warning = farObservations(config.x, x);
        if (warning) console.warn(warning);
        return flow.contextOf(weights, x);
      });
      raw.dispose();
      return {
        n,
        dim: dims.theta,
        sample: (samples, { seed }) => {
          if (!Number.isInteger(samples) || samples < 1)
            throw new InvalidInputError('samples', { expected: 'a positive whole number', received: String(samples) });
          return tf.tidy(() =>
            inPasses(randomNormal<tf.Tensor2D>(randomKey(seed), [samples, dims.theta]), (noise) =>
              draw(weights, context, noise),
            ),
          );
        },
        logProb: (theta) => {
          if (theta.shape[1] !== dims.theta)
            throw new InvalidInputError('logProb: theta', {
              expected: `rows of ${dims.theta} parameters`,
              received: `the shape [${theta.shape}]`,
            });
          return tf.tidy(() => inPasses(theta, (rows) => density(weights, context, rows)));
        },
        dispose: () => context.dispose(),
      };
    },
    record: () => ({
      config: config as unknown as EstimatorRecord['config'],
      arrays: arraysOf({ weights }),
    }),
    dispose: () => {
      tf.dispose(weights);
      draw.dispose();
      density.dispose();
    },
  };
}

/**
 * The estimator of a record that {@link FlowEstimator.record} made.
 * @throws InvalidInputError for a record of another kind, or another prior than the one it was trained with.
 */
export function restoreFlowEstimator(record: EstimatorRecord, prior: Prior): FlowEstimator {
  checkRecord(record, 'flow-npe', 1, 'a flow NPE estimator');
  const config = record.config as unknown as FlowEstimatorConfig;
  checkPriorProbe(config.priorProbe, config.dims.theta, prior);
  return flowEstimator(config, tensorsOf(record, 'weights'), prior);
}

/** `pass` of a few rows at a time. */
function inPasses<T extends tf.Tensor>(rows: tf.Tensor2D, pass: (rows: tf.Tensor2D) => T): T {
  const count = rows.shape[0];
  if (count <= mostRows) return pass(rows);
  const parts: tf.Tensor[] = [];
  for (let start = 0; start < count; start += mostRows)
    parts.push(pass(tf.slice(rows, [start, 0], [Math.min(mostRows, count - start), -1])));
  return tf.concat(parts, 0) as T;
}
