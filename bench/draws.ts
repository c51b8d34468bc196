import {
  annealedLangevin,
  factorized,
  gaussianTransitions,
  graph,
  InterruptedError,
  normal,
  npse,
  predictorCorrector,
  tf,
} from 'scorebook';
import type { compose, inference, Sampler, samplers, ScoreEstimator } from 'scorebook';
import { pickRows, scoresOfEach, sumOfScores } from 'scorebook/dist/nn/score/observation-scores';
import { embedObservations } from 'scorebook/dist/nn/score/score-model';
import { seconds, type Measure } from './in-turns';
import { dim, levels, model, pairs, seed, simulations } from './workload';

/** The prior of the 10-D Gaussian task. */
export const prior = normal({ mean: new Array<number>(dim).fill(0), std: new Array<number>(dim).fill(1) });

/**
 * Trains for a few epochs: enough for samples that stay finite; the time of a draw does not depend on what the weights
 * are.
 */
export async function trained(settings: inference.NpseSettings): Promise<ScoreEstimator> {
  const [theta, x] = pairs(simulations);
  try {
    const fit = { ...settings.fit, maxEpochs: 20, learningRate: 1e-3 };
    return await npse.train({ theta, x }, { ...settings, fit, prior, seed, progress: false });
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
const langevinSteps = (n: number): number => (n === 1 ? 50 : 5);

/** The draws that the project promises to measure. */
export function drawCases(counts: readonly number[]): DrawCase[] {
  return counts.flatMap((n) => [
    { method: 'Algorithm 2', sampler: gaussianTransitions(), n },
    { method: 'Predictor-corrector', sampler: predictorCorrector(), n },
    { method: `Algorithm 1, L = ${langevinSteps(n)}`, sampler: annealedLangevin({ steps: langevinSteps(n) }), n },
  ]);
}

/** Network calls of a whole draw with this sampler. */
export const networkCalls = (sampler: Sampler): number => sampler.descend({ levels }).calls;

/** A draw of `samples` through the public interface: seconds per draw. The graph is recorded by `warmUp`. */
export function compiledDraw(
  estimator: ScoreEstimator,
  xObs: tf.Tensor2D,
  samples: number,
  sampler?: Sampler,
): { draw: Measure; warmUp(): Promise<void>; dispose(): void } {
  const posterior = estimator.given(xObs);
  const options = { sampler, seed, progress: false };
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
  const tensors = { network: weights, closedForm: {} };
  const embedded = tf.tidy(() => embedObservations(model, tensors, xObs));
  const n = xObs.shape[0];
  const observed = { tensors, observations: embedded };
  const scores: compose.ObservationScores = {
    n,
    dim,
    sum: (theta, level) => sumOfScores(model, observed, theta, level),
    each: (theta, level) => scoresOfEach(model, observed, theta, level),
    subset: (theta, level, index) => {
      const observations = pickRows(embedded, (rows) => tf.gather(rows, index));
      return sumOfScores(model, { tensors, observations }, theta, level);
    },
  };
  const target = factorized().compose(scores, { score: (theta) => prior.score(theta) });
  const descent = sampler.descend({ levels });
  const key = graph.randomKey(seed);
  return {
    levels: async () =>
      (await seconds(() =>
        tf.tidy(() => {
          type State = samplers.DescentState & tf.TensorContainerObject;
          let state = descent.start(target, tf.randomNormal([samples, dim])) as State;
          for (let i = 0; i < count; i++)
            state = tf.tidy(() => descent.round(target, state, tf.scalar(i, 'int32'), key) as State);
          state.theta.dataSync();
        }),
      )) / count,
    dispose: () => tf.dispose([weights, embedded, key]),
  };
}
