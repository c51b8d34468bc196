import * as tf from '@tensorflow/tfjs';
import { normalQuantile, quantilePolynomials } from '../maths/normal-quantile';
import type { Bijector } from './bijector';
import { unconstrained } from './unconstrained';
import type { Prior } from './prior';

/** Beyond this, float32 tells the normal law's probability, 1e-7, no longer from 0 or 1. */
const farthest = 5.2;
/** The logit of that probability. */
const farthestLogit = 16.118;

/**
 * The same law with other unconstrained coordinates for parameters between two bounds a and b: the normal quantiles
 * z of (theta - a) / (b - a), in which a uniform law is the standard normal one.
 *
 * Parameters within about 1e-7 of the box's width of a wall are taken there.
 * Source: the probability integral transform.
 */
export function inNormalCoordinates(prior: Prior): Prior {
  const { diffusedUnconstrained: _, ...law } = prior;
  return { ...law, coordinates: normalCoordinates(prior) };
}

function normalCoordinates({ dim, support }: Prior): Bijector {
  const base = unconstrained({ dim, support });
  const box = Array.from({ length: dim }, (_, i) => isFiniteBox(support, i));
  const logWidths = box.map((is, i) => (is ? Math.log(support!.upper[i] - support!.lower[i]) : 0));
  const mask = (): tf.Tensor1D => tf.tensor1d(box.map(Number));
  /** `inside` in columns between two bounds, `elsewhere` in the others; both finite. */
  const choose = (inside: tf.Tensor, elsewhere: tf.Tensor): tf.Tensor2D =>
    tf.add(tf.mul(inside, mask()), tf.mul(elsewhere, tf.sub(1, mask()))) as tf.Tensor2D;
  const logDensity = (z: tf.Tensor2D): tf.Tensor =>
    tf.sub(tf.tensor1d(logWidths), tf.add(tf.mul(0.5, tf.square(z)), 0.5 * Math.log(2 * Math.PI)));
  return {
    dim,
    toUnconstrained: (theta) =>
      tf.tidy(() => {
        const logits = base.toUnconstrained(theta);
        const limited = tf.clipByValue(logits, -farthestLogit, farthestLogit);
        return choose(quantiles(tf.sigmoid(limited), tf.sigmoid(tf.neg(limited))), logits);
      }),
    toConstrained: (z) =>
      tf.tidy(() => {
        const limited = tf.clipByValue(z, -farthest, farthest);
        const cut = tf.div(limited, Math.SQRT2);
        const [below, above] = [tf.erf(cut), tf.erf(tf.neg(cut))].map((each) => tf.maximum(tf.add(1, each), 1e-7));
        return base.toConstrained(choose(tf.sub(tf.log(below), tf.log(above)), z));
      }),
    logAbsDetJacobian: (z) =>
      tf.tidy(() => tf.sum(choose(logDensity(z), tf.log(base.derivative(z))), 1) as tf.Tensor1D),
    derivative: (z) => tf.tidy(() => choose(tf.exp(logDensity(z)), base.derivative(z))),
    logAbsDetJacobianScore: (z) => tf.tidy(() => choose(tf.neg(z), base.logAbsDetJacobianScore(z))),
    toUnconstrainedVector: (theta) =>
      base.toUnconstrainedVector(theta).map((value, i) => {
        if (!box[i]) return value;
        const limited = Math.min(Math.max(value, -farthestLogit), farthestLogit);
        return normalQuantile(1 / (1 + Math.exp(-limited)), 1 / (1 + Math.exp(limited)));
      }),
  };
}

/** The standard normal quantiles [B, D] of probabilities `below`, with `above` = 1 - `below`. */
function quantiles(below: tf.Tensor, above: tf.Tensor): tf.Tensor {
  const { split, central, outer } = quantilePolynomials;
  const w = tf.neg(tf.log(tf.mul(4, tf.mul(below, above))));
  const polynomial = ([highest, ...others]: readonly number[], at: tf.Tensor): tf.Tensor =>
    others.reduce((sum: tf.Tensor, each) => tf.add(tf.mul(sum, at), each), tf.fill(at.shape, highest));
  const ratio = tf.where(
    tf.less(w, split),
    polynomial(central, tf.sub(tf.minimum(w, split), 2.5)),
    polynomial(outer, tf.sub(tf.sqrt(tf.maximum(w, split)), 3)),
  );
  return tf.mul(tf.mul(Math.SQRT2, tf.sub(below, above)), ratio);
}

function isFiniteBox(support: Prior['support'], i: number): boolean {
  return support !== undefined && Number.isFinite(support.lower[i]) && Number.isFinite(support.upper[i]);
}
