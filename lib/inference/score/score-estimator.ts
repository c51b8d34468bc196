import * as tf from '@tensorflow/tfjs';
import { InvalidInputError } from '../../core/errors';
import type { EstimatorRecord } from '../../records/estimator-record';
import { toTensor2D, type Rows } from '../../core/rows';
import { factorized } from '../../compose/factorized';
import { totalScore, type ComposedScore, type Composition } from '../../compose/composed-score';
import { twinDiffusion } from '../../diffusion/diffusion';
import { unevenLevels } from '../../diffusion/noise-grid';
import { restoreDiffusion } from '../../diffusion/restore-diffusion';
import { vpLinear } from '../../diffusion/vp';
import { vpLevels, type VpLevels } from '../../diffusion/vp-levels';
import { unconstrained } from '../../distributions/bijector';
import type { Prior } from '../../distributions/prior';
import { unconstrainedPrior } from '../../distributions/unconstrained-prior';
import {
  embedObservations,
  frameOf,
  sumOfScores,
  type ObservationTensors,
  type ScoreModelTensors,
} from '../../nn/score/score-model';
import type { DiffusionSampler } from '../../samplers/diffusion-sampler';
import { dpmSolver } from '../../samplers/dpm-solver';
import { gaussianTransitions } from '../../samplers/gaussian-transitions';
import { predictorCorrector } from '../../samplers/predictor-corrector';
import { probabilityFlow } from '../../samplers/probability-flow';
import { samplingProgram, type SamplingProgram } from '../../samplers/sample';
import type { Sampler } from '../../samplers/sampler';
import { modelOf, type ScoreModelConfig } from './score-model-config';
import { arraysOf, checkRecord, tensorsOf } from '../estimator-record';
import type { Posterior } from '../posterior';
import { checkPriorProbe, type PriorProbe } from '../prior-probe';
import { distinctRows, modeSearch, type ModeSearch } from './mode-search';
import { scoreDensity } from './score-density';
import { farObservations, standardise, unstandardise, type Standardisation } from '../standardisation';
import { withinSupport } from '../within-support';

/** What a score estimator is besides its tensors; JSON. */
export interface ScoreEstimatorConfig extends ScoreModelConfig {
  readonly kind: 'npse' | 'fmpe';
  readonly version: 1;
  readonly theta: Standardisation;
  readonly x: Standardisation;
  /** Tells a wrong prior when the estimator is read back. */
  readonly priorProbe: PriorProbe;
  /** How training went. */
  readonly training: Readonly<Record<string, number | string>>;
}

/** A trained estimate of the score of p(theta | x), for any x. */
export interface ScoreEstimator {
  /** Shapes, settings and the course of training; JSON. */
  readonly config: ScoreEstimatorConfig;
  /** The prior of training. */
  readonly prior: Prior;
  /**
   * The posterior given observations.
   * @param xObs observations [n, L], any n of at least 1; they are taken as independent given theta.
   * @param options `compose`: how the scores of the observations are put together. Default {@link factorized}.
   * @throws InvalidInputError for no observations, another width than the simulations', NaN or infinity.
   */
  given(xObs: Rows, options?: { compose?: Composition }): Posterior;
  /** The estimator as plain data. */
  record(): EstimatorRecord;
  /** Frees the weights and the compiled samplers. */
  dispose(): void;
}

type Context = { model: ScoreModelTensors; observations: ObservationTensors };

/** The estimator of trained tensors; it owns `model` from here on. */
export function scoreEstimator(config: ScoreEstimatorConfig, model: ScoreModelTensors, prior: Prior): ScoreEstimator {
  const { dims } = config;
  const scoreModel = modelOf(config, model);
  const fewer = Math.max(3, Math.round(config.levels / 2));
  // in units in which the variance is preserved; a network of discrete levels has seen no less noise than that of the first one
  const diffusion = config.diffusion
    ? twinDiffusion(restoreDiffusion(config.diffusion))
    : vpLinear({ earliest: Math.min(1 / config.levels, 0.25) });
  const smallestNoise = langevinNoise(model);
  const levelsOf = (count: number): VpLevels =>
    config.diffusion ? unevenLevels(diffusion, { count, smallestNoise }) : vpLevels({ count });
  const map = unconstrained(prior);
  const smooth = unconstrainedPrior(prior);
  // theta = map(mean + std z): the score in z is std times the score in the unconstrained parameters
  const priorScore = (z: tf.Tensor2D): tf.Tensor2D =>
    tf.mul(smooth.score(unstandardise(config.theta, z)), tf.tensor1d(config.theta.std));
  const programs = new Map<string, SamplingProgram<Context>>();
  const single = ({ model, observations }: Context): ComposedScore => ({
    n: 1,
    dim: dims.theta,
    observations: (theta, level) => sumOfScores(scoreModel, model, observations, theta, level),
    priorCorrection: (theta) => tf.zerosLike(theta),
  });
  const density = scoreDensity(diffusion, single, prior, config.theta);
  const composed = (composition: Composition, context: Context): ComposedScore => {
    const n = context.observations.shares.shape[0];
    return composition.compose({ n, dim: dims.theta, sum: single(context).observations }, priorScore);
  };

  const program = (
    composition: Composition,
    sampler: Sampler | DiffusionSampler,
    levels: VpLevels,
  ): SamplingProgram<Context> => {
    const follows = 'descend' in sampler;
    const id = JSON.stringify([composition.name, sampler.id, follows ? 'diffusion' : levels.gamma]);
    let known = programs.get(id);
    if (!known) {
      const bind = (context: Context): ComposedScore => composed(composition, context);
      known = follows ? samplingProgram(sampler, diffusion, bind) : samplingProgram(sampler, levels, bind);
      programs.set(id, known);
    }
    return known;
  };
  const searches = new Map<string, ModeSearch<Context>>();
  const search = (composition: Composition): ModeSearch<Context> => {
    let known = searches.get(composition.name);
    if (!known) {
      known = modeSearch((context: Context, y) => {
        const level = diffusion.at(tf.scalar(diffusion.earliest));
        const score = totalScore(composed(composition, context), tf.mul(level.meanCoeff, y), level);
        // the mode of the parameters' density, not of that of the unconstrained ones
        const widening = map.logAbsDetJacobianScore(unstandardise(config.theta, y));
        return tf.sub(tf.mul(level.meanCoeff, score), tf.mul(widening, tf.tensor1d(config.theta.std)));
      });
      searches.set(composition.name, known);
    }
    return known;
  };

  return {
    config,
    prior,
    given: (xObs, { compose = factorized() } = {}) => {
      const raw = toTensor2D(xObs, 'xObs', dims.x);
      const n = raw.shape[0];
      const x = tf.tidy(() => standardise(config.x, raw));
      raw.dispose();
      const warning = farObservations(config.x, x);
      if (warning) console.warn(warning);
      const observations = tf.tidy(() => embedObservations(scoreModel, model, x, dims.theta));
      const context = { model, observations };
      const posterior: Posterior = {
        n,
        dim: dims.theta,
        sample: async (samples, { sampler, levels, ...options }) => {
          const chosen =
            sampler ??
            (n > 1
              ? predictorCorrector()
              : levels
                ? gaussianTransitions()
                : config.kind === 'fmpe'
                  ? probabilityFlow()
                  : dpmSolver());
          if (levels && 'descend' in chosen)
            throw new InvalidInputError('posterior.sample levels', {
              expected: 'none beside a sampler that chooses its own',
              received: `levels and ${chosen.id}`,
              remedy: 'Its steps, spacing and smallestNoise are options of the sampler.',
            });
          const y = await program(compose, chosen, levels ?? levelsOf(sampler ? config.levels : fewer)).sample(
            context,
            { n, dim: dims.theta },
            samples,
            options,
          );
          return tf.tidy(() => {
            const theta = map.toConstrained(unstandardise(config.theta, y));
            y.dispose();
            return theta;
          });
        },
        logProb: async (theta, options) => {
          if (n > 1)
            throw new InvalidInputError('posterior.logProb', {
              expected: 'one observation',
              received: String(n),
              remedy:
                'The composed score of several is not that of a diffused density, so no flow has its density; unnormalisedLogProb gives it up to a constant.',
            });
          return density.logProb(context, theta, options);
        },
        unnormalisedLogProb: async (theta, options) => {
          let sum = tf.tidy(() => tf.mul(1 - n, prior.logProb(theta)).as1D() as tf.Tensor1D);
          for (let j = 0; j < n; j++) {
            const one = tf.tidy(() => embedObservations(scoreModel, model, tf.slice(x, [j, 0], [1, -1]), dims.theta));
            try {
              const logProb = await density.logProb({ model, observations: one }, theta, options);
              const next = tf.tidy(() => tf.add(sum, logProb) as tf.Tensor1D);
              tf.dispose([sum, logProb]);
              sum = next;
            } catch (error) {
              sum.dispose();
              throw error;
            } finally {
              tf.dispose(one);
            }
          }
          return tf.tidy(() => {
            const kept = withinSupport(prior, theta, sum).clone();
            sum.dispose();
            return kept;
          });
        },
        map: async ({ starts = 64, ...options }) => {
          if (!Number.isInteger(starts) || starts < 2)
            throw new InvalidInputError('posterior.map starts', {
              expected: 'a whole number of at least 2',
              received: String(starts),
            });
          const draws = await posterior.sample(starts, options);
          const ends = tf.tidy(() => {
            const y = standardise(config.theta, map.toUnconstrained(draws));
            return map.toConstrained(unstandardise(config.theta, search(compose).climb(context, y)));
          });
          const candidates = distinctRows(ends, draws);
          tf.dispose([ends, draws]);
          try {
            const logProb = await posterior.unnormalisedLogProb(candidates, options);
            return tf.tidy(() => {
              const best = tf.argMax(logProb).as1D() as tf.Tensor1D;
              logProb.dispose();
              return tf.gather(candidates, best).as1D() as tf.Tensor1D;
            });
          } finally {
            candidates.dispose();
          }
        },
        dispose: () => tf.dispose([x, observations] as tf.TensorContainer[]),
      };
      return posterior;
    },
    record: () => ({
      config: config as unknown as EstimatorRecord['config'],
      arrays: arraysOf(model),
    }),
    dispose: () => {
      tf.dispose([model.network, model.gaussian, model.frame]);
      for (const each of [...programs.values(), ...searches.values(), density]) each.dispose();
      programs.clear();
      searches.clear();
    },
  };
}

/**
 * The smallest noise of discrete levels for a network that was trained in continuous time: .4 of the least standard deviation of the Gaussian part,
 * at most .2 of the prior's.
 *
 * An error of the network's output is one of the score times 1 / std: a reverse equation does not feel it, but Langevin steps come to rest on it. Below
 * this noise nothing but that is added.
 */
function langevinNoise(tensors: ScoreModelTensors): number {
  const frame = frameOf(tensors);
  if (frame.length === 0) return mostLangevinNoise;
  const least = tf.tidy(() => Math.sqrt(tf.min(frame[3]).dataSync()[0]));
  return Math.max(leastLangevinNoise, Math.min(mostLangevinNoise, 0.4 * least));
}

const mostLangevinNoise = 0.2;
const leastLangevinNoise = 0.002;

/**
 * The estimator of a record that {@link ScoreEstimator.record} made.
 * @throws InvalidInputError for a record of another kind, or another prior than the one it was trained with.
 */
export function restoreScoreEstimator(record: EstimatorRecord, prior: Prior): ScoreEstimator {
  const { kind } = record.config;
  checkRecord(record, kind === 'fmpe' ? 'fmpe' : 'npse', 1, 'an NPSE or FMPE estimator');
  const config = record.config as unknown as ScoreEstimatorConfig;
  checkPriorProbe(config.priorProbe, config.dims.theta, prior);
  const model = {
    network: tensorsOf(record, 'network'),
    gaussian: tensorsOf(record, 'gaussian'),
    frame: tensorsOf(record, 'frame'),
  };
  return scoreEstimator(config, model, prior);
}
