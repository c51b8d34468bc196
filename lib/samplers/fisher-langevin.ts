import * as tf from '@tensorflow/tfjs';
import { objectOf, requireNumber } from '../core/checks';
import { levelTable } from '../diffusion/noise-grid';
import type { Diffusion } from '../diffusion/diffusion';
import type { NoiseLevel } from '../diffusion/noise-level';
import { foldKey, randomNormal } from '../graph/random';
import { fisherCoordinates } from './fisher-coordinates';
import { diffusionOf, type Sampler } from './sampler';

/** Options of {@link fisherLangevin}. */
export interface FisherLangevinOptions {
  /** Levels in each unit of log(std / meanCoeff). Default 6. */
  readonly levelsPerUnit?: number;
  /** std / meanCoeff of the first level, in standard deviations of the prior. Default 7.5. */
  readonly largestNoise?: number;
  /** That of the last level. Default 0.1 / sqrt(n) for n observations. */
  readonly smallestNoise?: number;
}

/**
 * Annealed Langevin dynamics with one score evaluation a level, for composed scores of several observations: each level
 * takes a step that would bring any particles of about a Gaussian's width to that Gaussian, and then moves them on to
 * the next level's width.
 *
 * With m the mean of the particles' scores and F their covariance, which is the density's Fisher information where the
 * particles follow it, the step is theta <- theta + F^{-1} ((s - m) / 2 + m) + sqrt(3/4) eta with eta ~ N(0, F^{-1}):
 * half of a deviation from the mean goes and is replaced by noise, and the whole of the mean's error goes, as by
 * Newton's method, up to three standard deviations or, if that is more, half of one observation's. It leaves the scores
 * at about s' = s - F (theta' - theta).
 *
 * With y = theta / meanCoeff and the noise ratio sigma = std / meanCoeff, deviations of y then follow the probability
 * flow of the mean observation, y <- y + (sigma^2 - sigma'^2) / (2 n) (sum_j s'_j - its mean over particles), to the
 * next level, and from the last one to sigma' = 0 by a score evaluation of its own. That keeps their width, which
 * Langevin steps alone would be behind, whatever it is.
 *
 * By default the last level's noise is a tenth of the width that n observations leave which say as much as the prior
 * each: the mean of a bridging density is not yet that of the posterior, which more observations see the better.
 *
 * About 6 log(7.5 / noise) evaluations a particle for the last level's noise: 24 for 0.2, 56 for 0.001.
 * @throws InvalidInputError for options outside of their ranges, here or where the sampler meets its diffusion.
 * Source: ours; Song and Ermon (2019), "Generative modeling by estimating gradients of the data distribution", for
 * annealed Langevin dynamics.
 * @example
 * const theta = await posterior.sample(1_000, { seed: 3, sampler: samplers.fisherLangevin({ smallestNoise: 0.05 }) });
 */
export function fisherLangevin(options: FisherLangevinOptions = {}): Sampler {
  const { levelsPerUnit = 6, largestNoise = 7.5, smallestNoise } = objectOf('fisherLangevin: options', options);
  const isPositive = (value: number): boolean => value > 0 && Number.isFinite(value);
  requireNumber('fisherLangevin levelsPerUnit', levelsPerUnit, 'a positive number', isPositive);
  requireNumber('fisherLangevin largestNoise', largestNoise, 'a positive number', isPositive);
  const isBelow = (value: number): boolean => value > 0 && value < largestNoise;
  const ofOne = smallestNoise ?? Math.min(leastShare, largestNoise / 2);
  requireNumber('fisherLangevin smallestNoise', ofOne, `a number between 0 and ${largestNoise}`, isBelow);
  const id = `fisherLangevin(${levelsPerUnit},${largestNoise},${smallestNoise ?? `${ofOne}/sqrt(n)`})`;
  return {
    id,
    needsDiffused: false,
    poolsParticles: true,
    descend: (schedule) => {
      const diffusion = diffusionOf(schedule, id);
      const ratiosFor = (n: number): number[] => {
        const least = smallestNoise ?? ofOne / Math.sqrt(n);
        return ratiosOf(diffusion, { levelsPerUnit, largestNoise, smallestNoise: least });
      };
      const number = (value: number): tf.Scalar => tf.scalar(value, 'int32');
      return {
        name: id,
        calls: ratiosFor(1).length + 1,
        rounds: ratiosFor(1).length,
        roundsFor: (n) => ratiosFor(n).length,
        bound,
        start: ({ referencePrecision }, noise) => ({
          theta: tf.div(noise, Math.sqrt(referencePrecision)) as tf.Tensor2D,
        }),
        round: (target, { theta }, k, key) => {
          const ratios = ratiosFor(target.n);
          const table = levelTable(diffusion, ratios);
          const last = ratios.length - 1;
          const level = table.at(k);
          const next = table.at(tf.minimum(tf.add(k, number(1)), number(last)) as tf.Scalar);
          const observations = target.observations(theta, level);
          const score = tf.add(observations, target.priorCorrection(theta, level)) as tf.Tensor2D;
          const common = tf.mean(score, 0, true) as tf.Tensor2D;
          const own = tf.sub(score, common) as tf.Tensor2D;
          const fisher = fisherCoordinates(own, leastInformation);
          const noise = randomNormal<tf.Tensor2D>(foldKey(key, tf.add(k, number(1)) as tf.Scalar), theta.shape);
          const move = tf.addN([
            tf.add(tf.mul(0.5, fisher.drift(own)), withinReach(fisher.drift(common), common, target.n)),
            tf.mul(Math.sqrt(0.75), fisher.spread(noise)),
          ]) as tf.Tensor2D;
          const after = tf.sub(observations, fisher.times(move)) as tf.Tensor2D;
          const y = tf.div(tf.add(theta, move), level.meanCoeff) as tf.Tensor2D;
          const less = tf.sub(noiseVariance(level), noiseVariance(next));
          return {
            theta: tf.mul(next.meanCoeff, followed(y, tf.mul(level.meanCoeff, after), less, target.referencePrecision)),
          };
        },
        finish: (target, { theta }) => {
          const ratios = ratiosFor(target.n);
          const level = levelTable(diffusion, ratios).at(number(ratios.length - 1));
          const y = tf.div(theta, level.meanCoeff) as tf.Tensor2D;
          const observations = tf.mul(level.meanCoeff, target.observations(theta, level));
          return followed(y, observations, noiseVariance(level), target.referencePrecision);
        },
      };
    },
  };
}

/** The last level's noise for one observation, in standard deviations of the prior. */
const leastShare = 0.1;

/** Particles start within about 5 of zero and end at parameters of order one: beyond this, they explode. */
const bound = 1e4;

/** The log noise ratios of the levels, the last one twice, so that the last step starts from a settled width. */
function ratiosOf(
  diffusion: Diffusion,
  { levelsPerUnit, largestNoise, smallestNoise }: Required<FisherLangevinOptions>,
): number[] {
  const first = Math.min(Math.log(largestNoise), diffusion.logRatio(diffusion.latest));
  const last = Math.max(Math.log(smallestNoise), diffusion.logRatio(diffusion.earliest));
  const steps = Math.max(1, Math.ceil((first - last) * levelsPerUnit));
  const ratios = Array.from({ length: steps + 1 }, (_, k) => first + ((last - first) * k) / steps);
  return [...ratios, last];
}

/**
 * A composed density between noise and data may be none, for a score with errors: no step is longer than about 4.5
 * standard deviations of the prior.
 */
const leastInformation = 0.05;
/**
 * Standard deviations by which a level's step moves the mean at most: three, or half of what is one for one
 * observation. With many observations the mean goes by many of their widths from level to level.
 */
const reach = (n: number): number => Math.max(3, Math.sqrt(n) / 2);

/** The mean's step F^{-1} m, shortened to the reach: m^T F^{-1} m is its length, squared, in standard deviations. */
function withinReach(step: tf.Tensor2D, mean: tf.Tensor2D, n: number): tf.Tensor {
  const length = tf.sqrt(tf.add(tf.sum(tf.mul(mean, step)), 1e-12));
  return tf.mul(step, tf.minimum(1, tf.div(reach(n), length)));
}

/** (std / meanCoeff)^2. */
function noiseVariance({ meanCoeff, std }: NoiseLevel): tf.Tensor {
  return tf.square(tf.div(std, meanCoeff));
}

/** y after `less` of the noise's variance is gone: deviations along the mean observation's flow, the mean as it is. */
function followed(y: tf.Tensor2D, observations: tf.Tensor, less: tf.Tensor, n: number): tf.Tensor2D {
  const deviations = tf.sub(observations, tf.mean(observations, 0, true));
  return tf.add(y, tf.mul(tf.div(less, 2 * n), deviations)) as tf.Tensor2D;
}
