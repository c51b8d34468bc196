import * as tf from '@tensorflow/tfjs';

/** Size of a spline. */
export interface SplineSize {
  /** Bins, K. */
  readonly bins: number;
  /** The spline goes from (-tail, -tail) to (tail, tail); beyond, it is the identity. */
  readonly tail: number;
}

/** Least width and height of a bin, as a share of the whole. */
const leastShare = 1e-3;
/** Least slope at a knot. */
const leastSlope = 1e-3;
/** What makes softplus(0 + offset) + least the slope 1. */
const slopeOffset = Math.log(Math.expm1(1 - leastSlope));

/** How many parameters a spline has: widths and heights of K bins, and slopes at the K - 1 knots between them. */
export function splineParameters({ bins }: SplineSize): number {
  return 3 * bins - 1;
}

/** The bin of each of N numbers: where it begins, its size and the slopes at its two ends, each [N]. */
interface Bin {
  readonly left: tf.Tensor1D;
  readonly bottom: tf.Tensor1D;
  readonly width: tf.Tensor1D;
  readonly height: tf.Tensor1D;
  readonly first: tf.Tensor1D;
  readonly last: tf.Tensor1D;
}

/** Which of K bins lie below each of N numbers, and which one holds it, as ones among zeros [K, N]. */
interface Places {
  readonly below: tf.Tensor2D;
  readonly holds: tf.Tensor2D;
}

/**
 * A monotone rational-quadratic spline of each of N numbers, and the logarithm of its slope, stacked [2, N].
 *
 * With t = (x - x_k) / w in the bin of width w and height h, s = h / w, slopes d and e at its ends and u = t (1 - t):
 * z = y_k + h (s t^2 + d u) / (s + (d + e - 2 s) u). Its gradient is written out, which takes a training step half the
 * operations of tfjs's own.
 * @param x [N].
 * @param raw parameters [3 K - 1, N]; zeros make it the identity.
 * Source: Durkan et al. (2019), "Neural spline flows", equations (4) and (5), with linear tails.
 */
export function splineForward(x: tf.Tensor1D, raw: tf.Tensor2D, size: SplineSize): tf.Tensor2D {
  const op = (x: tf.Tensor1D, raw: tf.Tensor2D, save: tf.GradSaveFunc) => {
    const kept = keptAt(x, raw, size);
    const { inside, bottom, height, ratio } = kept;
    // at its ends the spline has the slope 1, with which it goes on
    const z = tf.add(tf.add(bottom, tf.mul(height, ratio)), tf.sub(x, inside));
    const names = Object.keys(kept) as (keyof Kept)[];
    save(Object.values(kept));
    return {
      value: tf.stack([z, tf.log(slopeOf(kept))]),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) =>
        gradients(dy, Object.fromEntries(names.map((name, i) => [name, saved[i]])) as unknown as Kept, size),
    };
  };
  return tf.customGrad(op as unknown as CustomGradient)(x, raw) as tf.Tensor2D;
}

type CustomGradient = Parameters<typeof tf.customGrad>[0];

function keptAt(x: tf.Tensor1D, raw: tf.Tensor2D, size: SplineSize): Kept {
  const inside = tf.clipByValue(x, -size.tail, size.tail);
  const parts = partsOf(raw, size);
  const places = placesOf(inside, parts.widths, size);
  const bin = binOf(places, parts, size);
  return { x, raw, inside, ...parts, ...places, ...bin, ...stateOf(bin, inside) };
}

/** The slope [N] of a spline. */
function slopeOf({ slope, denominator, numerator }: State): tf.Tensor1D {
  return tf.mul(tf.square(tf.div(slope, denominator)), numerator);
}

/** What the gradient takes from the spline. */
type Kept = { x: tf.Tensor1D; raw: tf.Tensor2D; inside: tf.Tensor1D } & Parts & Places & Bin & State;

/**
 * x [N] of z [N] = spline(x), by the root of a quadratic equation; its gradient is that of the spline at x, turned
 * round: dx/dz = 1 / spline'(x), and dx/draw = -(dspline/draw) / spline'(x).
 * Source: Durkan et al. (2019), equations (6) to (8).
 */
export function splineInverse(z: tf.Tensor1D, raw: tf.Tensor2D, size: SplineSize): tf.Tensor1D {
  const op = (z: tf.Tensor1D, raw: tf.Tensor2D, save: tf.GradSaveFunc) => {
    const x = rootOf(z, raw, size);
    save([x, raw]);
    return {
      value: x,
      gradFunc: (dx: tf.Tensor1D, saved: tf.Tensor[]) => {
        const kept = keptAt(saved[0] as tf.Tensor1D, saved[1] as tf.Tensor2D, size);
        const byZ = tf.where(tf.equal(kept.x, kept.inside), tf.div(dx, slopeOf(kept)), dx);
        const [, byRaw] = gradients(tf.stack([tf.neg(byZ), tf.zerosLike(byZ)]), kept, size);
        return [byZ, byRaw];
      },
    };
  };
  return tf.customGrad(op as unknown as CustomGradient)(z, raw) as tf.Tensor1D;
}

function rootOf(z: tf.Tensor1D, raw: tf.Tensor2D, size: SplineSize): tf.Tensor1D {
  const inside = tf.clipByValue(z, -size.tail, size.tail);
  const parts = partsOf(raw, size);
  const bin = binOf(placesOf(inside, parts.heights, size), parts, size);
  const slope = tf.div(bin.height, bin.width);
  const rise = tf.sub(inside, bin.bottom);
  const bend = tf.mul(rise, tf.sub(tf.add(bin.first, bin.last), tf.mul(2, slope)));
  const a = tf.add(tf.mul(bin.height, tf.sub(slope, bin.first)), bend);
  const b = tf.sub(tf.mul(bin.height, bin.first), bend);
  const c = tf.mul(slope, rise);
  // a t^2 + b t - c = 0, by the one of two forms that subtracts nothing
  const root = tf.sqrt(tf.relu(tf.add(tf.square(b), tf.mul(4, tf.mul(a, c)))));
  const sum = tf.add(tf.abs(b), root);
  const t = tf.where(tf.greaterEqual(b, 0), tf.div(tf.mul(2, c), sum), tf.div(sum, tf.mul(2, a)));
  return tf.add(tf.add(bin.left, tf.mul(bin.width, t)), tf.sub(z, inside)) as tf.Tensor1D;
}

interface Parts {
  readonly widths: tf.Tensor2D;
  readonly heights: tf.Tensor2D;
  /** At the K - 1 knots between bins. */
  readonly slopes: tf.Tensor2D;
  /** The softmax that the widths are made of, and that of the heights. */
  readonly widthShares: tf.Tensor2D;
  readonly heightShares: tf.Tensor2D;
}

function partsOf(raw: tf.Tensor2D, { bins, tail }: SplineSize): Parts {
  const [w, h, d] = tf.split(raw, [bins, bins, bins - 1], 0) as tf.Tensor2D[];
  const sizesOf = (shares: tf.Tensor2D): tf.Tensor2D =>
    tf.add(tf.mul(shares, shareScale(bins, tail)), 2 * tail * leastShare) as tf.Tensor2D;
  const [widthShares, heightShares] = [softmax(w), softmax(h)];
  const slopes = tf.add(tf.softplus(tf.add(d, slopeOffset)), leastSlope) as tf.Tensor2D;
  return { widths: sizesOf(widthShares), heights: sizesOf(heightShares), slopes, widthShares, heightShares };
}

const shareScale = (bins: number, tail: number): number => 2 * tail * (1 - bins * leastShare);

/** Along the first axis. */
function softmax(raw: tf.Tensor2D): tf.Tensor2D {
  const e = tf.exp(tf.sub(raw, tf.max(raw, 0, true)));
  return tf.div(e, tf.sum(e, 0, true));
}

/** The places of numbers among bins of the given sizes [K, N]. */
function placesOf(at: tf.Tensor1D, sizes: tf.Tensor2D, { bins, tail }: SplineSize): Places {
  const knots = tf.cumsum(tf.slice(sizes, [0, 0], [bins - 1, -1]), 0);
  const isPassed = tf.cast(tf.greaterEqual(tf.add(at, tail), knots), 'float32') as tf.Tensor2D;
  const edge = tf.zeros<tf.Rank.R2>([1, at.shape[0]]);
  const below = tf.concat([isPassed, edge], 0);
  return { below, holds: tf.sub(tf.concat([tf.add(edge, 1) as tf.Tensor2D, isPassed], 0), below) };
}

function binOf({ below, holds }: Places, { widths, heights, slopes }: Parts, { bins, tail }: SplineSize): Bin {
  const sumOf = (of: tf.Tensor2D, where: tf.Tensor2D): tf.Tensor1D => tf.sum(tf.mul(of, where), 0);
  const part = (start: number, count: number): tf.Tensor2D => tf.slice(holds, [start, 0], [count, -1]);
  const end = (at: number): tf.Tensor1D => tf.reshape(part(at, 1), [-1]);
  return {
    left: tf.sub(sumOf(widths, below), tail),
    bottom: tf.sub(sumOf(heights, below), tail),
    width: sumOf(widths, holds),
    height: sumOf(heights, holds),
    // the slopes at the two ends of the spline are 1
    first: tf.add(end(0), sumOf(slopes, part(1, bins - 1))),
    last: tf.add(end(bins - 1), sumOf(slopes, part(0, bins - 1))),
  };
}

/**
 * What the spline and its gradient are made of, each [N]; the slope of the spline is slope^2 numerator /
 * denominator^2.
 */
type State = Record<
  't' | 'rest' | 'tt' | 'u' | 'restSquare' | 'slope' | 'bend' | 'denominator' | 'ratio' | 'numerator',
  tf.Tensor1D
>;

function stateOf({ left, width, height, first, last }: Bin, at: tf.Tensor1D): State {
  const t = tf.div(tf.sub(at, left), width);
  const rest = tf.sub(1, t);
  const [tt, u, restSquare] = [tf.square(t), tf.mul(t, rest), tf.square(rest)];
  const slope = tf.div(height, width);
  const bend = tf.sub(tf.add(first, last), tf.mul(2, slope));
  const denominator = tf.add(slope, tf.mul(bend, u));
  const ratio = tf.div(tf.add(tf.mul(slope, tt), tf.mul(first, u)), denominator);
  const numerator = tf.addN([tf.mul(last, tt), tf.mul(tf.mul(2, slope), u), tf.mul(first, restSquare)]);
  return { t, rest, tt, u, restSquare, slope, bend, denominator, ratio, numerator } as State;
}

/** The gradients in x and raw of sums of z and log slopes with the weights dy [2, N]. */
function gradients(dy: tf.Tensor, kept: Kept, { bins, tail }: SplineSize): [tf.Tensor, tf.Tensor] {
  const { x, raw, inside, below, holds, width, height, first, last } = kept;
  const { t, rest, tt, u, restSquare, slope, bend, denominator, ratio, numerator } = kept;
  const [dz, dLog] = tf.unstack(dy) as tf.Tensor1D[];
  // of z, as coefficients of h dz / denominator; of the log slope, of dLog / numerator and -2 dLog / denominator
  const a = tf.div(tf.mul(height, dz), denominator);
  const b = tf.div(dLog, numerator);
  const c = tf.div(tf.mul(-2, dLog), denominator);
  const tilt = tf.sub(rest, t);
  const curve = tf.sub(1, tf.mul(2, u));
  const cu = tf.mul(c, u);
  const ofRatio = tf.mul(a, ratio);
  const byT = tf.addN([
    tf.mul(a, tf.div(tf.mul(slope, numerator), denominator)),
    tf.mul(tf.mul(2, b), tf.addN([tf.mul(last, t), tf.mul(slope, tilt), tf.neg(tf.mul(first, rest))])),
    tf.mul(c, tf.mul(bend, tilt)),
  ]);
  const bySlope = tf.addN([
    tf.mul(a, tt),
    tf.mul(tf.sub(c, ofRatio), curve),
    tf.mul(tf.mul(2, b), u),
    tf.div(tf.mul(2, dLog), slope),
  ]);
  const both = tf.sub(cu, tf.mul(ofRatio, u));
  const byFirst = tf.addN([tf.mul(a, u), both, tf.mul(b, restSquare)]);
  const byLast = tf.add(both, tf.mul(b, tt));
  const byX = tf.div(byT, width);
  const bySize = tf.div(bySlope, width);
  const byWidth = tf.neg(tf.add(tf.mul(byX, t), tf.mul(bySize, slope)));
  const byHeight = tf.add(tf.mul(dz, ratio), bySize);
  const scale = shareScale(bins, tail);
  const ofSizes = (p: tf.Tensor2D, corner: tf.Tensor, size: tf.Tensor): tf.Tensor2D => {
    const pd = tf.mul(p, tf.add(tf.mul(below, tf.mul(corner, scale)), tf.mul(holds, tf.mul(size, scale))));
    return tf.sub(pd, tf.mul(p, tf.sum(pd, 0, true)));
  };
  const part = (start: number): tf.Tensor2D => tf.slice(holds, [start, 0], [bins - 1, -1]);
  const bySlopes = tf.add(tf.mul(part(1), byFirst), tf.mul(part(0), byLast));
  const rawSlopes = tf.slice(raw, [2 * bins, 0], [bins - 1, -1]);
  const byRaw = tf.concat([
    ofSizes(kept.widthShares, tf.neg(byX), byWidth),
    ofSizes(kept.heightShares, dz, byHeight),
    tf.mul(bySlopes, tf.sigmoid(tf.add(rawSlopes, slopeOffset))) as tf.Tensor2D,
  ]);
  return [tf.where(tf.equal(x, inside), byX, dz), byRaw];
}
