import * as tf from '@tensorflow/tfjs';
import { objectOf, requireCount, requirePositive } from '../core/checks';
import { loop, whileLoop } from '../graph/loop';
import { foldKey, randomUniform, splitKey, type Key } from '../graph/random';
import { logProbOf, select, type Kernel, type Point } from './kernel';
import { robbinsMonro } from './step-adaptation';

/**
 * Rounds after which a row whose slice could not be hit stays where it is; by then its interval is below float32's
 * resolution.
 */
const mostShrinkings = 100;

/** The log density [B] of the rows shifted by `offset` [B] along one coordinate. */
type Along = (offset: tf.Tensor1D) => tf.Tensor1D;
/** An interval of offsets around 0 for each row, and how often it has been changed, both [B]. */
type Interval = { readonly left: tf.Tensor1D; readonly right: tf.Tensor1D; readonly changes: tf.Tensor1D };

/**
 * Slice sampling, coordinate by coordinate: a level uniform below p(theta), an interval of about the slice's width by
 * stepping out, and uniform draws from it that shrink it until one lies on the slice.
 *
 * All chains go in lock-step, so that a coordinate costs as many rounds as the slowest chain needs; both ends step out
 * in one evaluation. There is no score and no rejection. Warm-up starts from the width `width` times the spread of each
 * direction and adapts it until there are as many steps out as shrinkings. A transition costs about 6 D densities.
 * @param width the first width, in units of the spread, positive. Default 2.
 * @param maxStepsOut the most steps out of one interval. Default 16.
 * @throws InvalidInputError for options out of these ranges.
 * Source: Neal, "Slice sampling", figures 3 and 5; Tibbits et al., "Automated factor slice sampling", section 3.1, for
 * the width.
 * @example
 * const options = { initial: prior, chains: 20, warmup: 50, draws: 100, seed: 1 };
 * const run = await sampleChains(exact, sliceSampling(), options);
 * run.samples; // shape [2000, 2]
 */
export function sliceSampling(options: { width?: number; maxStepsOut?: number } = {}): Kernel {
  const { width = 2, maxStepsOut = 16 } = objectOf('sliceSampling: options', options);
  requirePositive('sliceSampling: width', width);
  requireCount('sliceSampling: maxStepsOut', maxStepsOut);
  return {
    id: `sliceSampling(${width},${maxStepsOut})`,
    inverseTemperatures: [1],
    stepRule: robbinsMonro(0.5, 2),
    at: (density, theta) => ({ theta: theta.clone(), logProb: logProbOf(density, theta) }),
    firstStep: (_, __, spread) => tf.fill([spread.shape[0]], Math.log(width)),
    transition: ({ density, coldness }, point, { step, spread }, key) => {
      const [rows, dim] = point.theta.shape;
      const none = tf.zeros([rows]) as tf.Tensor1D;
      const columns = tf.range(0, dim, 1, 'int32');
      const {
        point: moved,
        out,
        shrunk,
      } = loop(dim, { point, out: none, shrunk: none }, (d, before) => {
        const [levelKey, outKey, shrinkKey] = splitKey(foldKey(key, d), 3);
        const unit = tf.cast(tf.equal(columns, d), 'float32');
        const { theta, logProb } = before.point;
        const shifted = (offset: tf.Tensor1D): tf.Tensor2D => tf.add(theta, tf.mul(tf.expandDims(offset, 1), unit));
        const along: Along = (offset) => logProbOf(density, shifted(offset));
        const ends = (left: tf.Tensor1D, right: tf.Tensor1D): tf.Tensor[] =>
          tf.split(logProbOf(density, tf.concat([shifted(left), shifted(right)], 0)), 2);
        const uniform = randomUniform(levelKey, [rows]);
        // heights above the slice's level: log p(theta') - log p(theta) - log(u) / coldness > 0
        const level = tf.add(logProb, tf.div(tf.log(uniform), coldness)) as tf.Tensor1D;
        const first = tf.sum(tf.mul(tf.mul(step, spread), unit), 1) as tf.Tensor1D;
        const wide = stepOut(ends, level, first, maxStepsOut, outKey);
        const hit = shrink(along, level, wide, logProb, shrinkKey);
        return {
          point: { theta: shifted(hit.offset), logProb: hit.logProb },
          out: tf.add(before.out, wide.changes) as tf.Tensor1D,
          shrunk: tf.add(before.shrunk, hit.shrinkings) as tf.Tensor1D,
        };
      });
      const changes = tf.add(out, shrunk);
      const share = tf.div(out, tf.maximum(changes, 1));
      return {
        point: moved as Point,
        acceptance: tf.onesLike(none),
        statistic: tf.where(tf.greater(changes, 0), share, tf.fill([rows], 0.5)) as tf.Tensor1D,
        diverged: none,
        exchanged: tf.zeros([1]),
      };
    },
  };
}

/** Intervals of the given width, placed at random around 0, whose ends step out while they are on the slice. */
function stepOut(
  ends: (left: tf.Tensor1D, right: tf.Tensor1D) => tf.Tensor[],
  level: tf.Tensor1D,
  width: tf.Tensor1D,
  most: number,
  key: Key,
): Interval {
  const [placeKey, shareKey] = splitKey(key, 2);
  const left = tf.neg(tf.mul(width, randomUniform(placeKey, width.shape))) as tf.Tensor1D;
  const all = tf.cast(tf.onesLike(width), 'bool') as tf.Tensor1D;
  // the steps are shared out before they are taken, which keeps the transition reversible
  const toLeft = tf.floor(tf.mul(most, randomUniform(shareKey, width.shape))) as tf.Tensor1D;
  const start = {
    left,
    right: tf.add(left, width) as tf.Tensor1D,
    changes: tf.zerosLike(width),
    toLeft,
    toRight: tf.sub(most - 1, toLeft) as tf.Tensor1D,
    goesLeft: tf.logicalAnd(all, tf.greater(toLeft, 0)) as tf.Tensor1D,
    goesRight: tf.logicalAnd(all, tf.less(toLeft, most - 1)) as tf.Tensor1D,
  };
  return whileLoop(
    ({ goesLeft, goesRight }) => tf.any(tf.logicalOr(goesLeft, goesRight)),
    ({ left, right, changes, toLeft, toRight, goesLeft, goesRight }) => {
      const [atLeft, atRight] = ends(left, right);
      const growsLeft = tf.logicalAnd(goesLeft, tf.greater(atLeft, level));
      const growsRight = tf.logicalAnd(goesRight, tf.greater(atRight, level));
      const [byLeft, byRight] = [tf.cast(growsLeft, 'float32'), tf.cast(growsRight, 'float32')];
      const [restLeft, restRight] = [tf.sub(toLeft, byLeft), tf.sub(toRight, byRight)] as tf.Tensor1D[];
      return {
        left: tf.sub(left, tf.mul(byLeft, width)) as tf.Tensor1D,
        right: tf.add(right, tf.mul(byRight, width)) as tf.Tensor1D,
        changes: tf.addN([changes, byLeft, byRight]) as tf.Tensor1D,
        toLeft: restLeft,
        toRight: restRight,
        goesLeft: tf.logicalAnd(growsLeft, tf.greater(restLeft, 0)) as tf.Tensor1D,
        goesRight: tf.logicalAnd(growsRight, tf.greater(restRight, 0)) as tf.Tensor1D,
      };
    },
    start,
  );
}

/** Uniform draws from the intervals until all rows have hit the slice; a miss becomes an end of its interval. */
function shrink(
  along: Along,
  level: tf.Tensor1D,
  { left, right }: Interval,
  logProb: tf.Tensor1D,
  key: Key,
): { offset: tf.Tensor1D; logProb: tf.Tensor1D; shrinkings: tf.Tensor1D } {
  const none = tf.zerosLike(left);
  return whileLoop(
    ({ isOpen, round }) => tf.logicalAnd(tf.any(isOpen), tf.less(round, mostShrinkings)),
    ({ left, right, offset, logProb, shrinkings, isOpen, round }) => {
      const share = randomUniform(foldKey(key, round), left.shape);
      const tried = tf.add(left, tf.mul(share, tf.sub(right, left))) as tf.Tensor1D;
      const reached = along(tried);
      const hits = tf.logicalAnd(isOpen, tf.greater(reached, level)) as tf.Tensor1D;
      const misses = tf.logicalAnd(isOpen, tf.logicalNot(hits)) as tf.Tensor1D;
      const isLeft = tf.less(tried, 0);
      const hit = select(hits, { offset: tried, logProb: reached }, { offset, logProb });
      return {
        ...hit,
        left: tf.where(tf.logicalAnd(misses, isLeft), tried, left) as tf.Tensor1D,
        right: tf.where(tf.logicalAnd(misses, tf.logicalNot(isLeft)), tried, right) as tf.Tensor1D,
        shrinkings: tf.add(shrinkings, tf.cast(misses, 'float32')) as tf.Tensor1D,
        isOpen: misses,
        round: tf.add(round, tf.scalar(1, 'int32')) as tf.Scalar,
      };
    },
    {
      left,
      right,
      offset: none,
      logProb,
      shrinkings: none,
      isOpen: tf.cast(tf.onesLike(left), 'bool') as tf.Tensor1D,
      round: tf.scalar(0, 'int32') as tf.Scalar,
    },
  );
}
