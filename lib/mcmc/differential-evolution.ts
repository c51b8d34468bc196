import * as tf from '@tensorflow/tfjs';
import { demand, objectOf, requireNumber } from '../core/checks';
import { randomInteger, randomNormal, randomUniform, splitKey, type Key } from '../graph/random';
import { logProbOf, type Kernel, type Move, type Point, type Target, type Tuning } from './kernel';
import { metropolis } from './metropolis';
import { robbinsMonro } from './step-adaptation';

/** The mean acceptance that warm-up aims at. */
const aim = 0.25;
/** The share of the spread that keeps the chains from a plane that their differences lie in. */
const noise = 1e-3;

/**
 * Differential evolution: each half of the chains moves by differences of the other half's positions, theta' =
 * theta + step (theta_a - theta_b) + .001 spread eta, accepted with probability min(1, p(theta') / p(theta)).
 *
 * The differences have the density's own shape, so that correlations cost nothing, and those between two modes, taken
 * with step 1, lead from one to the other. Warm-up leads the mean acceptance of the other moves to .25, from the step
 * 2.38 / sqrt(2 D). The chains are a population: each alone is no Markov chain, all together are one. A transition
 * costs one density and no score.
 * @param jumps the share of moves of step 1, from 0 to below 1. Default 0.2.
 * @throws InvalidInputError for a share out of this range and, when run, for fewer than 2 D + 2 chains.
 * Source: ter Braak, "A Markov chain Monte Carlo version of the genetic algorithm differential evolution"; the halves
 * of Foreman-Mackey et al., "emcee: the MCMC hammer", section 3, let all chains of one move at once.
 * @example
 * const options = { initial: prior, chains: 20, warmup: 100, draws: 100, thin: 10, seed: 1 };
 * const run = await sampleChains(exact, differentialEvolution(), options);
 * run.samples; // shape [2000, 2]
 */
export function differentialEvolution(options: { jumps?: number } = {}): Kernel {
  const { jumps = 0.2 } = objectOf('differentialEvolution: options', options);
  requireNumber(
    'differentialEvolution: jumps',
    jumps,
    'a number from 0 to below 1',
    (share) => share >= 0 && share < 1,
  );
  return {
    id: `differentialEvolution(${jumps})`,
    inverseTemperatures: [1],
    stepRule: robbinsMonro(aim),
    at: (density, theta) => ({ theta: theta.clone(), logProb: logProbOf(density, theta) }),
    firstStep: (_, __, spread) => tf.fill([spread.shape[0]], Math.log(2.38 / Math.sqrt(2 * spread.shape[1]))),
    transition: (target, point, tuning, key) => {
      const [rows, dim] = point.theta.shape;
      const { temperatures } = target;
      const chains = rows / temperatures;
      demand('differentialEvolution: chains', chains >= 2 * dim + 2, `at least ${2 * dim + 2} of them`, chains);
      const head = Math.floor(chains / 2);
      const [firstKey, lastKey] = splitKey(key, 2);
      const halvesOf = (values: tf.Tensor): tf.Tensor[] =>
        tf.split(tf.reshape(values, [temperatures, chains, -1]), [head, chains - head], 1);
      const half = (values: tf.Tensor, which: 0 | 1): tf.Tensor2D => {
        const rows = halvesOf(values)[which];
        return tf.reshape(rows, [-1, rows.shape[2]!]) as tf.Tensor2D;
      };
      const flat = (values: tf.Tensor, which: 0 | 1): tf.Tensor1D => tf.reshape(half(values, which), [-1]);
      const moveOf = (which: 0 | 1, others: tf.Tensor2D, key: Key): Move =>
        move(
          { ...target, coldness: flat(target.coldness, which) },
          { theta: half(point.theta, which), logProb: flat(point.logProb, which) },
          { step: half(tuning.step, which), spread: half(tuning.spread, which) },
          { others, jumps },
          key,
        );
      const first = moveOf(0, half(point.theta, 1), firstKey);
      const last = moveOf(1, first.point.theta, lastKey);
      const joined = <T extends tf.Tensor>(a: T, b: T): T => {
        const [width, ofFirst, ofLast] = [a.shape.slice(1), head, chains - head];
        const all = tf.concat(
          [tf.reshape(a, [temperatures, ofFirst, -1]), tf.reshape(b, [temperatures, ofLast, -1])],
          1,
        );
        return tf.reshape(all, [rows, ...width]) as T;
      };
      return {
        point: {
          theta: joined(first.point.theta, last.point.theta),
          logProb: joined(first.point.logProb, last.point.logProb),
        },
        acceptance: joined(first.acceptance, last.acceptance),
        statistic: joined(first.statistic, last.statistic),
        diverged: joined(first.diverged, last.diverged),
        exchanged: tf.zeros([temperatures]),
      };
    },
  };
}

/** One move of rows by differences of two of the `others` at the same temperature. */
function move(
  { density, coldness, temperatures }: Target,
  point: Point,
  { step, spread }: Tuning,
  { others, jumps }: { others: tf.Tensor2D; jumps: number },
  key: Key,
): Move {
  const [pairKey, gapKey, jumpKey, noiseKey, choiceKey] = splitKey(key, 5);
  const [rows, dim] = point.theta.shape;
  const size = others.shape[0] / temperatures;
  const own = rows / temperatures;
  // two of the others that differ, of the row's own temperature
  const a = randomInteger<tf.Tensor1D>(pairKey, [rows], 0, size);
  const b = tf.mod(tf.add(a, randomInteger<tf.Tensor1D>(gapKey, [rows], 1, size)), tf.scalar(size, 'int32'));
  const start = tf.tensor1d(
    Array.from({ length: rows }, (_, row) => Math.floor(row / own) * size),
    'int32',
  );
  const at = (which: tf.Tensor): tf.Tensor => tf.gather(others, tf.cast(tf.add(which, start), 'int32'));
  const isJump = tf.less(randomUniform<tf.Tensor1D>(jumpKey, [rows]), jumps) as tf.Tensor1D;
  const length = tf.where(tf.expandDims(isJump, 1), tf.onesLike(step), step);
  const theta = tf.addN([
    point.theta,
    tf.mul(length, tf.sub(at(a), at(b))),
    tf.mul(tf.mul(noise, spread), randomNormal(noiseKey, [rows, dim])),
  ]) as tf.Tensor2D;
  const proposed = { theta, logProb: logProbOf(density, theta) };
  const logRatio = tf.mul(coldness, tf.sub(proposed.logProb, point.logProb)) as tf.Tensor1D;
  const moved = metropolis(point, proposed, { logRatio, diverged: tf.isNaN(logRatio) }, choiceKey);
  // jumps say nothing about the step
  return { ...moved, statistic: tf.where(isJump, tf.fill([rows], aim), moved.statistic) as tf.Tensor1D };
}
