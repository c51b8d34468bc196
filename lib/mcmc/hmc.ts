import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requireNumber, requirePositive } from '../core/checks';
import { whileLoop } from '../graph/loop';
import { randomNormal, randomUniform, splitKey, type Key } from '../graph/random';
import { byRow, logProbOf, meanByTemperature, type Kernel, type Move, type Point, type Target } from './kernel';
import { integratedLeapfrog, leapfrog } from './leapfrog';
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
 * @param alongPath take the change of log p from the score, as its line integral along the trajectory, instead of from
 * log p, which is not asked for: for a density of which only the score is known, such as a learned one. It costs twice
 * as many scores, leaves a Gaussian unchanged exactly and others up to O(step^4), and chains do not know of one another
 * whose mode is the higher. Default false.
 * @throws InvalidInputError for options out of these ranges.
 * Source: Neal, "MCMC using Hamiltonian dynamics"; Hoffman and Gelman, "The No-U-Turn sampler", section 3.2, for the
 * step.
 * @example
 * const density = tasks.unnormalisedPosterior(tasks.gaussianLinear([0.5, 1]), xObs);
 * const run = await sampleChains(density, hmc(), { initial: prior, chains: 20, warmup: 100, draws: 100, seed: 1 });
 * run.samples; // shape [2000, 2]
 */
export function hmc(
  options: { targetAcceptance?: number; trajectory?: number; maxSteps?: number; alongPath?: boolean } = {},
): Kernel<ScoredPoint> {
  const {
    targetAcceptance = 0.8,
    trajectory = Math.PI / 2,
    maxSteps = 64,
    alongPath = false,
  } = objectOf('hmc: options', options);
  requireNumber('hmc: targetAcceptance', targetAcceptance, 'a number in (0, 1)', (a) => a > 0 && a < 1);
  requirePositive('hmc: trajectory', trajectory);
  requireCount('hmc: maxSteps', maxSteps);
  return {
    id: `hmc(${targetAcceptance},${trajectory},${maxSteps}${alongPath ? ',along path' : ''})`,
    inverseTemperatures: [1],
    ...(alongPath && { alongPath }),
    stepRule: dualAveraging(targetAcceptance),
    at: (density, theta) => ({
      theta: theta.clone(),
      // along paths, log p from where the chain began
      logProb: alongPath ? (tf.zeros([theta.shape[0]]) as tf.Tensor1D) : logProbOf(density, theta),
      score: density.score(theta),
    }),
    firstStep: (target, point, spread, key) =>
      firstStep(point, spread, (scale) => move(target, point, scale, { count: 1, alongPath }, key)),
    transition: (target, point, { step, spread }, key) => {
      const [timeKey, stepKey, moveKey] = splitKey(key, 3);
      const time = tf.mul(trajectory, randomUniform(timeKey, [], 0.5, 1.5));
      const count = tf.cast(tf.clipByValue(tf.round(tf.div(time, tf.mean(step))), 1, maxSteps), 'int32') as tf.Scalar;
      const jitter = randomUniform<tf.Tensor2D>(stepKey, step.shape, 1 - stepJitter, 1 + stepJitter);
      return move(target, point, { step: tf.mul(step, jitter), spread }, { count, alongPath }, moveKey);
    },
  };
}

/** How a trajectory is followed: its leapfrog steps, and whether log p is that of the path. */
interface Flight {
  readonly count: tf.Scalar | number;
  readonly alongPath: boolean;
}

/** A trajectory with a fresh momentum, and Metropolis' choice. */
function move(
  { density, coldness }: Target,
  point: ScoredPoint,
  scale: { step: tf.Tensor; spread: tf.Tensor2D },
  { count, alongPath }: Flight,
  key: Key,
): Move<ScoredPoint> {
  const [momentumKey, choiceKey] = splitKey(key, 2);
  const cold = tf.expandDims(coldness, 1);
  const heated = (theta: tf.Tensor2D): tf.Tensor2D => tf.mul(cold, density.score(theta));
  const momentum = randomNormal<tf.Tensor2D>(momentumKey, point.theta.shape);
  const begin = { theta: point.theta, momentum, score: tf.mul(cold, point.score) as tf.Tensor2D };
  const { end, change } = alongPath
    ? integratedLeapfrog(heated, begin, scale, count)
    : { end: leapfrog(heated, begin, scale, count), change: undefined };
  const logProb = (change ? tf.add(point.logProb, change) : logProbOf(density, end.theta)) as tf.Tensor1D;
  const proposed = { theta: end.theta, logProb, score: tf.div(end.score, cold) as tf.Tensor2D };
  const kinetic = tf.div(tf.sub(tf.sum(tf.square(momentum), 1), tf.sum(tf.square(end.momentum), 1)), 2);
  const gain = change ?? tf.mul(coldness, tf.sub(logProb, point.logProb));
  const logRatio = tf.add(gain, kinetic) as tf.Tensor1D;
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
function firstStep(
  point: ScoredPoint,
  spread: tf.Tensor2D,
  oneStep: (scale: { step: tf.Tensor; spread: tf.Tensor2D }) => Move<ScoredPoint>,
): tf.Tensor1D {
  const temperatures = spread.shape[0];
  const rows = point.theta.shape[0];
  const { log } = whileLoop(
    ({ isTooLong, halvings }) => tf.logicalAnd(tf.any(isTooLong), tf.less(halvings, mostHalvings)),
    ({ log, isTooLong, halvings }) => {
      const scale = { step: byRow(tf.expandDims(tf.exp(log), 1) as tf.Tensor2D, rows), spread: byRow(spread, rows) };
      const { acceptance } = oneStep(scale);
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
