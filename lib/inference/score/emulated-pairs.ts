import * as tf from '@tensorflow/tfjs';
import type { ComposedScore } from '../../compose/composed-score';
import { rng } from '../../core/rng';
import { vpLinear } from '../../diffusion/vp';
import { unconstrained } from '../../distributions/bijector';
import type { Prior } from '../../distributions/prior';
import { priorSamples } from '../../distributions/prior-samples';
import { predictNoise, type ScoreModelTensors } from '../../nn/score/score-model';
import { dpmSolver } from '../../samplers/dpm-solver';
import { samplingProgram } from '../../samplers/sample';
import type { FitOptions } from '../../training/fit';
import { fitScoreModel } from './fit-score-model';
import { modelOf, type ScoreModelConfig } from './score-model-config';
import { fitStandardisation, standardise, unstandardise, type Standardisation } from '../standardisation';

/** Pairs beyond which more are of no use, and too many to keep. */
const mostPairs = 100_000;
/** What the sampler draws at least. */
const fewestPairs = 256;
/** Pairs of one pass of the sampler, each of which has parameters of its own. */
const perPass = 10_000;

/** What the emulated pairs are to be. */
export interface EmulationTask {
  readonly prior: Prior;
  /** How unconstrained parameters are standardised. */
  readonly theta: Standardisation;
  /** Number of pairs; at most 100,000 are made. */
  readonly count: number;
}

/**
 * Pairs of parameters from the prior and data from an emulator of the simulator: a diffusion model of p(x | theta) that is learned from the
 * same simulations.
 *
 * A likelihood is often simpler than the posterior that it implies, so that a network that sees emulated pairs besides is less free to overfit
 * the simulations. The emulator sees the parameters as they are and, where they are bounded, unconstrained too; what it draws is kept within
 * the range of the simulations.
 *
 * @param rows standardised unconstrained parameters [N, D] and data [N, L]; kept by the caller.
 * @param options of training: those of the fit count.
 * @returns standardised pairs as `rows`; the caller disposes them.
 * @throws what `fit` and the sampler throw.
 * Source: ours; the emulator alone is a score-based neural likelihood estimate, as in Sharrock et al. (2024).
 */
export async function emulatedPairs(
  [z, x]: [tf.Tensor2D, tf.Tensor2D],
  { prior, theta, count }: EmulationTask,
  options: FitOptions,
): Promise<[tf.Tensor2D, tf.Tensor2D]> {
  const source = rng(options.seed).fork(-2);
  const map = unconstrained(prior);
  const raw = tf.tidy(() => map.toConstrained(unstandardise(theta, z)));
  const asTheyAre = fitStandardisation(raw, true);
  const isBounded = prior.support !== undefined;
  const conditionOf = (parameters: tf.Tensor2D, unbounded: tf.Tensor2D): tf.Tensor2D =>
    isBounded ? (tf.concat([unbounded, standardise(asTheyAre, parameters)], 1) as tf.Tensor2D) : unbounded.clone();
  const pairs = Math.min(mostPairs, Math.max(fewestPairs, Math.round(count)));
  const drawn = priorSamples(prior, pairs, source.fork(0).integer(0, 2 ** 31));
  const [conditions, fresh, newConditions] = tf.tidy(() => {
    const unbounded = standardise(theta, map.toUnconstrained(drawn));
    return [conditionOf(raw, z), unbounded, conditionOf(drawn, unbounded)];
  });
  tf.dispose([raw, drawn]);
  try {
    const emulator = await fitScoreModel(
      'emulator',
      [x, conditions],
      { diffusion: vpLinear() },
      { ...options, label: 'Training of the emulator', seed: source.fork(1).integer(0, 2 ** 31) },
      (config, tensors) => ({ config, tensors, dispose: () => tf.dispose(tensors) }),
    );
    try {
      const data = await draw(emulator, newConditions, source.fork(2).integer(0, 2 ** 31), options);
      const within = tf.tidy(() => tf.minimum(tf.maximum(data, tf.min(x, 0, true)), tf.max(x, 0, true)) as tf.Tensor2D);
      data.dispose();
      return [fresh, within];
    } finally {
      emulator.dispose();
    }
  } catch (error) {
    fresh.dispose();
    throw error;
  } finally {
    tf.dispose([conditions, newConditions]);
  }
}

/** One draw of the model for each condition [N, L]. */
async function draw(
  { config, tensors }: { config: ScoreModelConfig; tensors: ScoreModelTensors },
  conditions: tf.Tensor2D,
  seed: number,
  { signal, progress }: FitOptions,
): Promise<tf.Tensor2D> {
  const model = modelOf(config, tensors);
  const dim = config.dims.theta;
  type Context = { tensors: ScoreModelTensors; conditions: tf.Tensor2D };
  const program = samplingProgram(
    dpmSolver({ steps: 25 }),
    vpLinear(),
    ({ tensors, conditions }: Context): ComposedScore => ({
      n: 1,
      dim,
      observations: (y, level) =>
        tf.neg(tf.div(predictNoise(model, tensors, y, level, conditions), level.std)) as tf.Tensor2D,
      priorCorrection: (y) => tf.zerosLike(y),
    }),
  );
  const passes: tf.Tensor2D[] = [];
  try {
    for (let from = 0; from < conditions.shape[0]; from += perPass) {
      // every pass has as many particles, so that there is one graph
      const count = Math.min(perPass, conditions.shape[0]);
      const start = Math.min(from, conditions.shape[0] - count);
      const own = tf.tidy(() => tf.slice(conditions, [start, 0], [count, -1]));
      try {
        const some = await program.sample({ tensors, conditions: own }, { n: 1, dim }, count, {
          seed: seed + from,
          signal,
          progress,
        });
        passes.push(tf.tidy(() => tf.slice(some, [from - start, 0], [-1, -1])));
        some.dispose();
      } finally {
        own.dispose();
      }
    }
    return tf.tidy(() => tf.concat(passes));
  } finally {
    program.dispose();
    tf.dispose(passes);
  }
}
