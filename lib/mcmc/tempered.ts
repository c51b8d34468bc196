import * as tf from '@tensorflow/tfjs';
import { demand, listOf, objectOf } from '../core/checks';
import { randomUniform, splitKey, type Key } from '../graph/random';
import { flatten, unflatten } from '../graph/tensors';
import { requireKernel, type Kernel, type Point } from './kernel';

/**
 * A kernel with parallel tempering: each chain also runs at higher temperatures T_k, on p(theta)^(1 / T_k), and
 * neighbouring temperatures exchange positions with probability
 * min(1, (p(theta_{k+1}) / p(theta_k))^(1 / T_k - 1 / T_{k+1})).
 *
 * Hot replicas cross between modes, and the exchanges bring them down with the right weights. Step and spread are
 * adapted for each temperature. After each transition either the even or the odd pairs try an exchange, in turn; only
 * the positions at the first temperature are samples. K temperatures cost K times as much as the kernel alone.
 * @param kernel hmc(), randomWalkMetropolis() or sliceSampling().
 * @param temperatures rising from 1, each twice the one before for up to about 10 parameters; the hottest should be hot
 * enough to cross the barriers between modes.
 * @throws InvalidInputError for fewer than two temperatures, ones that do not rise from 1, or a kernel that is tempered
 * already or follows the score alone.
 * Source: Swendsen and Wang, "Replica Monte Carlo simulation of spin-glasses"; Syed et al., "Non-reversible parallel
 * tempering", for the order of the exchanges.
 * @example
 * const density = tasks.unnormalisedPosterior(tasks.multimodal2d(), [[2, 2], [2.5, 1.5]]);
 * const kernel = tempered(randomWalkMetropolis(), { temperatures: [1, 2, 4, 8] });
 * const run = await sampleChains(density, kernel, { initial: prior, chains: 20, warmup: 100, draws: 100, seed: 1 });
 * run.exchanges.length; // 3
 */
export function tempered<P extends Point>(kernel: Kernel<P>, options: { temperatures: readonly number[] }): Kernel<P> {
  requireKernel('tempered', kernel);
  const { temperatures } = objectOf('tempered: options', options, '{ temperatures }');
  listOf('tempered: temperatures', temperatures, 'an array of numbers');
  const rises = temperatures.every(
    (value, k) => Number.isFinite(value) && (k === 0 ? value === 1 : value > temperatures[k - 1]),
  );
  demand(
    'tempered: temperatures',
    temperatures.length > 1 && rises,
    'at least two finite numbers that rise from 1',
    temperatures,
  );
  demand('tempered: kernel', kernel.inverseTemperatures.length === 1, 'one without temperatures', kernel.id);
  demand('tempered: kernel', !kernel.alongPath, 'one that knows the log density, which exchanges compare', kernel.id);
  return {
    ...kernel,
    id: `tempered(${kernel.id},${temperatures.join(',')})`,
    inverseTemperatures: temperatures.map((value) => 1 / value),
    transition: (target, point, tuning, key, t) => {
      const [moveKey, exchangeKey] = splitKey(key, 2);
      const moved = kernel.transition(target, point, tuning, moveKey, t);
      return { ...moved, ...exchange(moved.point, target.coldness, temperatures.length, exchangeKey, t) };
    },
  };
}

/** Exchanges of the pairs (0, 1), (2, 3), ... for even t and (1, 2), (3, 4), ... for odd t. */
function exchange<P extends Point>(
  point: P,
  coldness: tf.Tensor1D,
  temperatures: number,
  key: Key,
  t: tf.Scalar,
): { point: P; exchanged: tf.Tensor1D } {
  const rows = point.logProb.shape[0];
  const chains = rows / temperatures;
  const ranks = Array.from({ length: temperatures }, (_, k) => k);
  /** Which temperature each one is paired with, itself where it has no neighbour on that side. */
  const partner = (parity: number): number[] =>
    ranks.map((k) => (k % 2 === parity ? k + 1 : k - 1)).map((p, k) => (p < 0 || p >= temperatures ? k : p));
  const rowsOf = (ofRank: (k: number) => number): tf.Tensor1D =>
    tf.tensor1d(
      Array.from({ length: rows }, (_, row) => ofRank(Math.floor(row / chains)) * chains + (row % chains)),
      'int32',
    );
  const [even, odd] = [partner(0), partner(1)];
  const isEven = tf.equal(tf.mod(t, tf.scalar(2, 'int32')), 0);
  const choose = (ofEven: tf.Tensor1D, ofOdd: tf.Tensor1D): tf.Tensor1D => tf.where(isEven, ofEven, ofOdd);
  const own = rowsOf((k) => k);
  const other = choose(
    rowsOf((k) => even[k]),
    rowsOf((k) => odd[k]),
  );
  const lower = tf.minimum(own, other) as tf.Tensor1D;
  // both of a pair see the same ratio and the same uniform number
  const logRatio = tf.mul(
    tf.sub(coldness, tf.gather(coldness, other)),
    tf.sub(tf.gather(point.logProb, other), point.logProb),
  ) as tf.Tensor1D;
  const uniform = tf.gather(randomUniform(key, [rows]), lower);
  const source = tf.where(tf.less(tf.log(uniform), logRatio), other, own);
  const isTried = tf.cast(tf.less(own, other), 'float32');
  const probability = tf.mul(isTried, tf.exp(tf.minimum(logRatio, 0)));
  return {
    point: unflatten(
      point,
      flatten(point, 'point').map((tensor) => tf.gather(tensor, source)),
    ),
    exchanged: tf.mean(tf.reshape(probability, [temperatures, chains]), 1),
  };
}
