import {
  annealedLangevin,
  factorized,
  foldKey,
  gaussianTransitions,
  InterruptedError,
  normal,
  predictorCorrector,
  randomKey,
  tf,
  trainNpse,
} from 'scorebook';
import type { Sampler, ScoreEstimator, VpLevels } from 'scorebook';
import { embedObservations, sumOfScores } from 'scorebook/dist/nn/score/score-model';
import { seconds, type Measure } from './in-turns';
import { dim, levels, model, pairs, seed, simulations } from './workload';

/** The prior of the 10-D Gaussian task. */
export const prior = normal({ mean: new Array<number>(dim).fill(0), std: new Array<number>(dim).fill(1) });

/**
 * Trains for a few epochs: enough for samples that stay finite; the time of a draw does not depend on what the weights
 * are.
 */
export async function trained(settings: object): Promise<ScoreEstimator> {
  const [theta, x] = pairs(simulations);
  try {
    return await trainNpse(
      { theta, x },
      { ...settings, maxEpochs: 20, learningRate: 1e-3, prior, seed, progress: false },
    );
  } finally {
    tf.dispose([theta, x]);
  }
}

/** n observations of one parameter vector. */
export function observations(n: number): tf.Tensor2D {
  return tf.tidy(() => {
    const [theta, x] = pairs(n);
    return tf.add(tf.sub(x, theta), theta.slice([0, 0], [1, -1])) as tf.Tensor2D;
  });
}

/** A sampler as it is measured. */
export interface DrawCase {
  readonly method: string;
  readonly sampler: Sampler;
  readonly n: number;
}

/**
 * Algorithm 1's Langevin steps a level, by n: 50 are the paper's; the full count takes minutes for many observations.
 */
const langevinSteps = (n: number): number => (n === 1 ? 50 : n <= 8 ? 5 : 1);

/** The draws that the project promises to measure. */
export function drawCases(counts: readonly number[]): DrawCase[] {
  return counts.flatMap((n) => [
    { method: 'Algorithm 2', sampler: gaussianTransitions(), n },
    { method: 'Predictor-corrector', sampler: predictorCorrector(), n },
    { method: `Algorithm 1, L = ${langevinSteps(n)}`, sampler: annealedLangevin({ steps: langevinSteps(n) }), n },
  ]);
}

/** Network calls of a whole draw with this sampler. */
export const networkCalls = (sampler: Sampler): number => sampler.callsPerLevel * (levels.count - 1);

/** A draw of `samples` through the public interface: seconds per draw. The graph is recorded by `warmUp`. */
export function compiledDraw(
  estimator: ScoreEstimator,
  xObs: tf.Tensor2D,
  samples: number,
  sampler?: Sampler,
  drawLevels?: VpLevels,
): { draw: Measure; warmUp(): Promise<void>; dispose(): void } {
  const posterior = estimator.given(xObs);
  const options = { sampler, levels: drawLevels, seed, progress: false };
  return {
    draw: () =>
      seconds(async () => {
        const theta = await posterior.sample(samples, options);
        theta.dataSync();
        theta.dispose();
      }),
    // a draw that is interrupted after its first call has compiled the graph
    warmUp: async () => {
      await posterior.sample(samples, { ...options, signal: AbortSignal.abort() }).catch((error: unknown) => {
        if (!(error instanceof InterruptedError)) throw error;
      });
    },
    dispose: () => posterior.dispose(),
  };
}

/** The same sampler run op by op for the first `count` levels, with the same weights: seconds per level. */
export function eagerLevels(
  estimator: ScoreEstimator,
  xObs: tf.Tensor2D,
  samples: number,
  sampler: Sampler,
  count: number,
): { levels: Measure; dispose(): void } {
  const weights = estimator
    .record()
    .arrays.filter(({ name }) => name.startsWith('network/'))
    .map(({ values, shape }) => tf.tensor(values, [...shape], 'float32'));
  const tensors = { network: weights, gaussian: [], frame: [] };
  const embedded = tf.tidy(() => embedObservations(model, tensors, xObs, dim));
  const n = xObs.shape[0];
  const target = factorized().compose(
    { n, dim, sum: (theta, level) => sumOfScores(model, tensors, embedded, theta, level) },
    (z) => prior.score(z),
  );
  const key = randomKey(seed);
  return {
    levels: async () =>
      (await seconds(() =>
        tf.tidy(() => {
          let theta = tf.randomNormal([samples, dim], 0, 1 / Math.sqrt(n)) as tf.Tensor2D;
          for (let i = 1; i <= count; i++) {
            const t = tf.scalar(levels.count - i, 'int32');
            theta = tf.tidy(() => sampler.step(target, levels, t, theta, foldKey(key, t)));
          }
          theta.dataSync();
        }),
      )) / count,
    dispose: () => tf.dispose([weights, embedded, key]),
  };
}
