import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireNumber, requirePositive } from '../core/checks';
import { whileLoop } from '../graph/loop';
import { randomNormal, randomUniform, splitKey, type Key } from '../graph/random';
import { byRow, logProbOf, meanByTemperature, type Kernel, type Move, type Point, type Target } from './kernel';
import { leapfrog } from './leapfrog';
import { metropolis } from './metropolis';
import { dualAveraging } from './step-adaptation';

/** What Hamiltonian Monte Carlo keeps of the chains: the score [B, D] there too, without temperature. */
export type ScoredPoint = Point & { readonly score: tf.Tensor2D };

/** Energy errors above this are divergences. */
const largestError = 1000;
/** Steps are shortened and lengthened by up to this share, differently for each chain. */
const stepJitter = 0.1;
/** The largest first step that is tried, and how often it is halved at most. */
const [longestFirstStep, mostHalvings] = [4, 40];

/**
 * Hamiltonian Monte Carlo: momentum ~ N(0, I), then leapfrog steps of the energy -log p(theta) + |momentum|^2 / 2 in
 * coordinates theta / spread, accepted with probability min(1, exp(-energy error)).
 *
 * Warm-up leads the mean acceptance to `targetAcceptance` by dual averaging, starting at the largest power of two at
 * which half of the proposals are accepted, and estimates the spread (the diagonal of the inverse mass matrix) from all
 * chains. So that no direction stays in resonance, the time of a trajectory is drawn from [.5, 1.5] `trajectory` for
 * each transition, and the step of each chain varies by up to 10%. A transition whose energy error is above 1,000 or
 * not finite is a divergence: it is rejected and counted. A transition costs about trajectory / step scores and one
 * density.
 * @param targetAcceptance the mean acceptance that warm-up aims at, in (0, 1). Default 0.8.
 * @param trajectory the mean time of a trajectory, in units of the spread. Default pi / 2: a quarter of a Gaussian's
 * period, after which the new position is independent of the old one.
 * @param maxSteps the most leapfrog steps of one transition. Default 64.
 * @throws InvalidInputError for options out of these ranges.
 * Source: Neal, "MCMC using Hamiltonian dynamics"; Hoffman and Gelman, "The No-U-Turn sampler", section 3.2, for the
 * step.
 * @example
 * const density = tasks.unnormalisedPosterior(tasks.gaussianLinear([0.5, 1]), xObs);
 * const run = await sampleChains(density, hmc(), { initial: prior, chains: 20, warmup: 100, draws: 100, seed: 1 });
 * run.samples; // shape [2000, 2]
 */
export function hmc(
  options: { targetAcceptance?: number; trajectory?: number; maxSteps?: number } = {},
): Kernel<ScoredPoint> {
  const { targetAcceptance = 0.8, trajectory = Math.PI / 2, maxSteps = 64 } = objectOf('hmc: options', options);
  requireNumber('hmc: targetAcceptance', targetAcceptance, 'a number in (0, 1)', (a) => a > 0 && a < 1);
  requirePositive('hmc: trajectory', trajectory);
  requireCount('hmc: maxSteps', maxSteps);
  return {
    id: `hmc(${targetAcceptance},${trajectory},${maxSteps})`,
    inverseTemperatures: [1],
    stepRule: dualAveraging(targetAcceptance),
    at: (density, theta) => ({
      theta: theta.clone(),
      logProb: logProbOf(density, theta),
      score: density.score(theta),
    }),
    firstStep,
    transition: (target, point, { step, spread }, key) => {
      const [timeKey, stepKey, moveKey] = splitKey(key, 3);
      const time = tf.mul(trajectory, randomUniform(timeKey, [], 0.5, 1.5));
      const count = tf.cast(tf.clipByValue(tf.round(tf.div(time, tf.mean(step))), 1, maxSteps), 'int32') as tf.Scalar;
      const jitter = randomUniform<tf.Tensor2D>(stepKey, step.shape, 1 - stepJitter, 1 + stepJitter);
      return move(target, point, { step: tf.mul(step, jitter), spread }, count, moveKey);
    },
  };
}

/** A trajectory of `count` steps with a fresh momentum, and Metropolis' choice. */
function move(
  { density, coldness }: Target,
  point: ScoredPoint,
  scale: { step: tf.Tensor; spread: tf.Tensor2D },
  count: tf.Scalar | number,
  key: Key,
): Move<ScoredPoint> {
  const [momentumKey, choiceKey] = splitKey(key, 2);
  const cold = tf.expandDims(coldness, 1);
  const heated = (score: tf.Tensor2D): tf.Tensor2D => tf.mul(cold, score);
  const momentum = randomNormal<tf.Tensor2D>(momentumKey, point.theta.shape);
  const end = leapfrog(
    (theta) => heated(density.score(theta)),
    { theta: point.theta, momentum, score: heated(point.score) },
    scale,
    count,
  );
  const proposed = {
    theta: end.theta,
    logProb: logProbOf(density, end.theta),
    score: tf.div(end.score, cold) as tf.Tensor2D,
  };
  const kinetic = tf.div(tf.sub(tf.sum(tf.square(momentum), 1), tf.sum(tf.square(end.momentum), 1)), 2);
  const logRatio = tf.add(tf.mul(coldness, tf.sub(proposed.logProb, point.logProb)), kinetic) as tf.Tensor1D;
  // NaN compares as false; an infinite ratio may be the start of NaN
  const isFollowed = tf.logicalAnd(tf.greater(logRatio, -largestError), tf.less(logRatio, Infinity));
  return metropolis(point, proposed, { logRatio, diverged: tf.logicalNot(isFollowed) as tf.Tensor1D }, choiceKey);
}

/**
 * log step [K]: the first of 4, 2, 1, ... at which, over the chains, one leapfrog step is accepted with mean
 * probability above one half.
 *
 * H&G's algorithm 4 doubles or halves a chain's own step; the chains are many here, so halving from above finds the
 * same.
 */
function firstStep(target: Target, point: ScoredPoint, spread: tf.Tensor2D, key: Key): tf.Tensor1D {
  const temperatures = spread.shape[0];
  const rows = point.theta.shape[0];
  const { log } = whileLoop(
    ({ isTooLong, halvings }) => tf.logicalAnd(tf.any(isTooLong), tf.less(halvings, mostHalvings)),
    ({ log, isTooLong, halvings }) => {
      const scale = { step: byRow(tf.expandDims(tf.exp(log), 1) as tf.Tensor2D, rows), spread: byRow(spread, rows) };
      const { acceptance } = move(target, point, scale, 1, key);
      const tooLong = tf.logicalAnd(isTooLong, tf.less(meanByTemperature(acceptance, temperatures), 0.5));
      return {
        log: tf.sub(log, tf.mul(Math.LN2, tf.cast(tooLong, 'float32'))) as tf.Tensor1D,
        isTooLong: tooLong as tf.Tensor1D,
        halvings: tf.add(halvings, tf.scalar(1, 'int32')) as tf.Scalar,
      };
    },
    {
      log: tf.fill([temperatures], Math.log(longestFirstStep)) as tf.Tensor1D,
      isTooLong: tf.cast(tf.ones([temperatures]), 'bool') as tf.Tensor1D,
      halvings: tf.scalar(0, 'int32') as tf.Scalar,
    },
  );
  return log;
}
