import * as tf from '@tensorflow/tfjs';
import { demand } from '../core/checks';
import type { Bijector } from './bijector';
import type { Prior, Support } from './prior';

/** Outside of these, exp(z) leaves the range of float32. */
const SMALLEST_LOG = -87;
const LARGEST_LOG = 88;
/** The smallest normal float32; smaller numbers may be flushed to zero. */
const TINY = 1.1754944e-38;

/**
 * The map from a prior's support to all of R^D: z = log((theta - a) / (b - theta)) between two bounds, log(theta - a)
 * above one, -log(b - theta) below one, theta itself without bounds; or the prior's own `coordinates`.
 * @param prior its `dim`, `support` and `coordinates` are read. A missing support is all of R^D.
 * @returns a bijector; the caller owns the tensors that its functions return, and they can be recorded into graphs.
 * @throws InvalidInputError where the bounds do not fit `dim`, or lower >= upper.
 * @example
 * const { toUnconstrained, toConstrained } = unconstrained(uniform({ lower: [0], upper: [2] }));
 * toUnconstrained(tf.tensor2d([[1]])); // [[0]]
 */
export function unconstrained({
  dim,
  support,
  coordinates: own,
}: Pick<Prior, 'dim' | 'support' | 'coordinates'>): Bijector {
  if (own) return own;
  const walls = wallsOf(dim, support);
  const { low, high, inner, isAbove, isBelow, isOpen } = walls;
  return {
    dim,
    ...coordinates(walls),
    ...jacobian(walls),
    toUnconstrainedVector: (theta) =>
      theta.map((value, i) => {
        const inside = Math.min(Math.max(value, inner.low[i]), inner.high[i]);
        return (
          (isAbove(i) ? Math.log(inside - low[i]) : 0) -
          (isBelow(i) ? Math.log(high[i] - inside) : 0) +
          (isOpen(i) ? inside : 0)
        );
      }),
  };
}

/** The bounds of each dimension, and its kind: a box, one-sided or open. */
interface Walls {
  /** The bounds, 0 where a side is open. */
  readonly low: readonly number[];
  readonly high: readonly number[];
  /** The width of a box, 1 in other dimensions. */
  readonly width: readonly number[];
  /** The outermost float32 numbers inside of the bounds. */
  readonly inner: { readonly low: readonly number[]; readonly high: readonly number[] };
  /** +1 above one bound, -1 below one, else 0: theta = bound + side * exp(side * z). */
  readonly sides: readonly number[];
  readonly isAbove: (i: number) => boolean;
  readonly isBelow: (i: number) => boolean;
  readonly isBox: (i: number) => boolean;
  readonly isOpen: (i: number) => boolean;
  /** 1 in the dimensions for which `holds`, else 0. */
  readonly mask: (holds: (i: number) => boolean) => tf.Tensor1D;
  /** Of three tensors [B, D], the columns of boxes, of one-sided dimensions and of open ones. */
  readonly choose: (box: () => tf.Tensor, oneSided: () => tf.Tensor, open: () => tf.Tensor) => tf.Tensor2D;
}

function wallsOf(dim: number, support?: Support): Walls {
  const lower = support?.lower ?? new Array<number>(dim).fill(-Infinity);
  const upper = support?.upper ?? new Array<number>(dim).fill(Infinity);
  demand(
    'unconstrained: support',
    lower.length === dim && upper.length === dim && lower.every((low, i) => low < upper[i]),
    `${dim} bounds with lower < upper`,
    `lower [${lower}], upper [${upper}]`,
  );
  const isAbove = (i: number): boolean => Number.isFinite(lower[i]);
  const isBelow = (i: number): boolean => Number.isFinite(upper[i]);
  const isBox = (i: number): boolean => isAbove(i) && isBelow(i);
  const isOpen = (i: number): boolean => !isAbove(i) && !isBelow(i);
  const sides = lower.map((_, i) => (isAbove(i) === isBelow(i) ? 0 : isAbove(i) ? 1 : -1));
  const mask = (holds: (i: number) => boolean): tf.Tensor1D => tf.tensor1d(lower.map((_, i) => (holds(i) ? 1 : 0)));
  return {
    low: lower.map((value, i) => (isAbove(i) ? value : 0)),
    high: upper.map((value, i) => (isBelow(i) ? value : 0)),
    width: lower.map((value, i) => (isBox(i) ? upper[i] - value : 1)),
    inner: {
      low: lower.map((value) => nextFloat32(value, 1)),
      high: upper.map((value) => nextFloat32(value, -1)),
    },
    ...{ sides, isAbove, isBelow, isBox, isOpen, mask },
    choose: (box, oneSided, open) => {
      const kinds: [(i: number) => boolean, () => tf.Tensor][] = [
        [isBox, box],
        [(i) => sides[i] !== 0, oneSided],
        [isOpen, open],
      ];
      const present = kinds.filter(([is]) => lower.some((_, i) => is(i)));
      if (present.length === 1) return present[0][1]() as tf.Tensor2D;
      return tf.addN(present.map(([is, value]) => value().mul(mask(is)))) as tf.Tensor2D;
    },
  };
}

const row = (values: readonly number[]): tf.Tensor1D => tf.tensor1d(values as number[]);
const limited = (logs: tf.Tensor): tf.Tensor => logs.clipByValue(SMALLEST_LOG, LARGEST_LOG).exp();

/** The map and its inverse. */
function coordinates(walls: Walls): Pick<Bijector, 'toConstrained' | 'toUnconstrained'> {
  const { low, high, width, inner, sides, isAbove, isBelow, isOpen, mask, choose } = walls;
  const onlyOpen = low.every((_, i) => isOpen(i));
  const clip = (theta: tf.Tensor2D): tf.Tensor2D => tf.minimum(tf.maximum(theta, row(inner.low)), row(inner.high));
  return {
    toConstrained: (z) =>
      tf.tidy(() => {
        if (onlyOpen) return z.clone();
        const box = (): tf.Tensor => row(low).add(z.sigmoid().mul(row(width)));
        const oneSided = (): tf.Tensor =>
          row(low.map((value, i) => (isAbove(i) ? value : high[i]))).add(limited(z.mul(row(sides))).mul(row(sides)));
        return clip(choose(box, oneSided, () => z));
      }),
    toUnconstrained: (theta) =>
      tf.tidy(() => {
        if (onlyOpen) return theta.clone();
        const inside = clip(theta);
        // 1 where a side is open, so that its logarithm is zero
        const fromLow = inside
          .sub(row(low))
          .mul(mask(isAbove))
          .add(mask((i) => !isAbove(i)))
          .log();
        const fromHigh = row(high)
          .sub(inside)
          .mul(mask(isBelow))
          .add(mask((i) => !isBelow(i)))
          .log();
        return fromLow.sub(fromHigh).add(inside.mul(mask(isOpen))) as tf.Tensor2D;
      }),
  };
}

/** The derivatives of theta(z). */
function jacobian({
  width,
  sides,
  isBox,
  choose,
}: Walls): Pick<Bijector, 'logAbsDetJacobian' | 'derivative' | 'logAbsDetJacobianScore'> {
  const logWidth = width.reduce((sum, value, i) => sum + (isBox(i) ? Math.log(value) : 0), 0);
  // log(1 + exp(-|z|)), the part of softplus that never overflows
  const tail = (z: tf.Tensor2D): tf.Tensor => z.abs().neg().exp().log1p();
  return {
    logAbsDetJacobian: (z) =>
      tf.tidy(
        () =>
          choose(
            () => z.abs().add(tail(z).mul(2)).neg(),
            () => z.mul(row(sides)),
            () => tf.zerosLike(z),
          )
            .sum<tf.Tensor1D>(1)
            .add(logWidth) as tf.Tensor1D,
      ),
    derivative: (z) =>
      tf.tidy(() =>
        choose(
          () => z.sigmoid().mul(z.neg().sigmoid()).mul(row(width)),
          () => limited(z.mul(row(sides))),
          () => tf.onesLike(z),
        ),
      ),
    logAbsDetJacobianScore: (z) =>
      tf.tidy(() =>
        choose(
          () => z.div(2).tanh().neg(),
          () => tf.zerosLike(z).add(row(sides)),
          () => tf.zerosLike(z),
        ),
      ),
  };
}

/** The float32 neighbour of `value` on the inner side; that of zero is the smallest normal number. */
function nextFloat32(value: number, direction: 1 | -1): number {
  if (!Number.isFinite(value)) return value;
  const bits = new Int32Array(1);
  const float = new Float32Array(bits.buffer);
  float[0] = value;
  if (Math.abs(float[0]) < TINY) return direction * TINY;
  bits[0] += Math.sign(float[0]) === direction ? 1 : -1;
  return Math.abs(float[0]) < TINY ? 0 : float[0];
}
