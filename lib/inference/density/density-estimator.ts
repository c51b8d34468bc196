import * as tf from '@tensorflow/tfjs';
import { requireCount } from '../../core/checks';
import { breathe, longWork, type LongWorkOptions } from '../../core/host';
import { InterruptedError } from '../../core/errors';
import type { DrawEachOptions, Estimator } from '../../contract/estimator';
import type { DrawOptions, Posterior, PosteriorDensity } from '../../contract/posterior';
import type { Prior } from '../../distributions/prior';
import { compile } from '../../graph/compile';
import { foldKey, randomKey, type Key } from '../../graph/random';
import type { ConditionalDensity } from '../../nn/density/conditional-density';
import type { WeightSpec, Weights } from '../../nn/network';
import type { EstimatorRecord } from '../../records/estimator-record';
import { arraysOf, checkRecord, tensorsOf } from '../estimator-record';
import { frameOf, requireParameters, type Frame, type FrameConfig } from '../frame';
import { checkPriorProbe, type PriorProbe } from '../prior-probe';
import type { Standardisation } from '../standardisation';

/** A conditional density with what makes its context of observations. */
export interface DensityModel {
  /** All weights, of the embedding and of the density. */
  readonly weights: readonly WeightSpec[];
  /** q(theta | context). */
  readonly density: ConditionalDensity;
  /** The share of all weights that is the density's. */
  densityWeights(weights: Weights): Weights;
  /** The context [1, C] of a set of observations x [n, L]. */
  contextOf(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
  /** The contexts [N, C] of the rows of x [N, L], each by itself. */
  contextOfEach(weights: Weights, x: tf.Tensor2D): tf.Tensor2D;
}

/** A method that learns a density: what tells one from another once it is trained. */
export interface DensityMethod<N, M extends DensityModel = DensityModel> {
  /** Its name in records. */
  readonly kind: string;
  /** How messages name its estimators, such as `a flow NPE estimator`. */
  readonly estimator: string;
  /** The model of a network's settings. */
  model(dims: { theta: number; x: number }, network: N): M;
}

/** What a density estimator is besides its weights; JSON. */
export interface DensityEstimatorConfig<N> {
  readonly kind: string;
  readonly version: 2;
  readonly dims: { readonly theta: number; readonly x: number };
  /** Settings of the network. */
  readonly network: N;
  /** The largest set of observations that training had room for. */
  readonly maxObservations: number;
  /** How parameters and data become what the network sees. */
  readonly frame: FrameConfig;
  /** Tells a wrong prior when the estimator is read back. */
  readonly priorProbe: PriorProbe;
  /** How training went. */
  readonly training: Readonly<Record<string, number | string>>;
}

/** The posterior given n observations, as a density has it: exact draws, and the log density itself. */
export interface DensityPosterior extends Posterior {
  /** The normalised log density. */
  readonly density: PosteriorDensity;
}

/** A trained density of p(theta | x_1, ..., x_n), for any set of observations. */
export interface DensityEstimator<N> extends Estimator<DensityPosterior> {
  /** Shapes, settings and the course of training; JSON. */
  readonly config: DensityEstimatorConfig<N>;
}

/** Rows of one pass, which bounds the memory for any number of them. */
const mostRows = 16_384;

/** The estimator of trained weights, which it owns from here on. */
export function densityEstimator<N>(
  model: DensityModel,
  { config, weights, frame }: { config: DensityEstimatorConfig<N>; weights: tf.Tensor[]; frame: Frame },
): DensityEstimator<N> {
  const { maxObservations } = config;
  const { prior, dims } = frame;
  const draw = compile((w: tf.Tensor[], key: Key, context: tf.Tensor2D): tf.Tensor2D =>
    frame.toParameters(model.density.sample(model.densityWeights(w), key, context)),
  );
  const logDensity = compile((w: tf.Tensor[], context: tf.Tensor2D, theta: tf.Tensor2D): tf.Tensor1D => {
    const ofY = model.density.logProb(model.densityWeights(w), frame.toNetwork(theta), context);
    return frame.logProb(theta, ofY);
  });
  /** One draw for each of `count` rows, of the contexts [rows, C] that `contexts` gives of some of them. */
  const drawRows = async (
    count: number,
    contexts: (start: number, rows: number) => tf.Tensor2D,
    { seed, ...work }: DrawOptions,
  ): Promise<tf.Tensor2D> => {
    const root = randomKey(seed);
    const parts = await inPasses('Sampling', count, work, (start, rows) =>
      tf.tidy(() => draw(weights, start === 0 ? root : foldKey(root, start / mostRows), contexts(start, rows))),
    ).finally(() => root.dispose());
    return joined(parts);
  };
  return {
    config,
    prior,
    given: (xObs) => {
      const x = frame.observations(xObs);
      const n = x.shape[0];
      if (n > maxObservations)
        console.warn(
          `The network has seen at most ${maxObservations} observations at a time, and ${n} came; the posterior there is an ` +
            'extrapolation.',
        );
      const context = tf.tidy(() => model.contextOf(weights, x));
      x.dispose();
      return {
        n,
        dim: dims.theta,
        sample: async (count, options) => {
          requireCount('samples', count);
          return drawRows(count, (_, rows) => tf.tile(context, [rows, 1]), options);
        },
        density: {
          normalised: true,
          logProb: async (theta, options = {}) => {
            requireParameters('logProb: theta', theta, frame);
            const parts = await inPasses('Log density', theta.shape[0], options, (start, rows) =>
              tf.tidy(() => logDensity(weights, context, tf.slice(theta, [start, 0], [rows, -1]))),
            );
            return joined(parts);
          },
        },
        dispose: () => context.dispose(),
      };
    },
    drawEach: async (xObs, { draws, ...options }: DrawEachOptions) => {
      requireCount('drawEach draws', draws);
      const x = frame.observations(xObs);
      const contexts = tf.tidy(() => model.contextOfEach(weights, x));
      x.dispose();
      const count = contexts.shape[0];
      const numbers = (start: number, rows: number): Int32Array =>
        Int32Array.from({ length: rows }, (_, i) => Math.floor((start + i) / draws));
      const rows = await drawRows(
        count * draws,
        (start, some) => tf.gather(contexts, tf.tensor1d(numbers(start, some), 'int32')),
        options,
      ).finally(() => contexts.dispose());
      return tf.tidy(() => {
        const theta = tf.reshape(rows, [count, draws, dims.theta]) as tf.Tensor3D;
        rows.dispose();
        return theta;
      });
    },
    record: () => ({
      config: config as unknown as EstimatorRecord['config'],
      arrays: arraysOf({ weights }),
    }),
    dispose: () => {
      tf.dispose(weights);
      draw.dispose();
      logDensity.dispose();
    },
  };
}

/**
 * The estimator of a record that {@link densityEstimator} made, now or by version 1.
 * @throws InvalidInputError for a record of another kind, or another prior than the one it was trained with.
 */
export function restoreDensityEstimator<N>(
  method: DensityMethod<N>,
  record: EstimatorRecord,
  prior: Prior,
): DensityEstimator<N> {
  checkRecord(record, { kind: method.kind, versions: [1, 2], expected: method.estimator });
  const known = record.config as unknown as DensityEstimatorConfig<N> & { theta: Standardisation; x: Standardisation };
  const { theta, x, ...same } = known;
  // version 1 had the two parts of the frame side by side
  const config = { ...same, version: 2 as const, frame: same.frame ?? { theta, x } };
  checkPriorProbe(config.priorProbe, config.dims.theta, prior);
  const weights = tensorsOf(record, 'weights');
  const frame = frameOf(prior, config.frame);
  return densityEstimator(method.model(config.dims, config.network), { config, weights, frame });
}

/** What `pass` makes of a few rows at a time; between passes other cells run, and an interrupt is heard. */
async function inPasses<T extends tf.Tensor>(
  label: string,
  count: number,
  options: LongWorkOptions,
  pass: (start: number, rows: number) => T,
): Promise<T[]> {
  const parts: T[] = [];
  const work = count > mostRows ? options : { ...options, progress: false };
  try {
    return await longWork(label, count, work, async (progress, signal) => {
      for (let start = 0; start < count; start += mostRows) {
        if (signal.aborted) throw new InterruptedError(`${label} was interrupted at row ${start} of ${count}.`);
        const rows = Math.min(mostRows, count - start);
        parts.push(pass(start, rows));
        progress.update(start + rows);
        await breathe();
      }
      return parts;
    });
  } catch (error) {
    tf.dispose(parts);
    throw error;
  }
}

/** All rows in one tensor; the parts are disposed. */
function joined<T extends tf.Tensor>(parts: T[]): T {
  if (parts.length === 1) return parts[0];
  const all = tf.tidy(() => tf.concat(parts as tf.Tensor[], 0) as T);
  tf.dispose(parts);
  return all;
}
