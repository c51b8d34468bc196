import * as tf from '@tensorflow/tfjs';
import { demand, requireColumns } from '../../core/checks';
import type { Rng } from '../../core/rng';
import { uniform } from '../../distributions/uniform';
import { defineSimulator } from '../../simulation/simulator';
import { describedTask } from '../described-task';
import { exactPosterior, type ExactPosterior } from '../exact-posterior';
import { insideOnly, observedRows } from './box-posterior';
import type { BoxTask } from './gaussian-linear-uniform';

const constants = { radius: 0.1, std: 0.01, offset: 0.25 };
const box = { lower: [-1, -1], upper: [1, 1] };

/**
 * The benchmark task `two_moons`: theta ~ U(-1, 1)^2 and
 * x = (r cos a + .25 - |theta_1 + theta_2| / sqrt 2, r sin a + (theta_2 - theta_1) / sqrt 2)
 * with a ~ U(-pi/2, pi/2) and r ~ N(.1, .01^2).
 *
 * Its posterior given one observation is two crescents, from which independent draws can be made. The likelihood is the
 * density of this x, 1 / (pi r) of the angle included; the benchmark's own likelihood function leaves that out, its
 * reference samples have it.
 *
 * @throws InvalidInputError from `exactPosterior` only, for several observations or one that no theta of the box can
 * make.
 * Source: Lueckmann et al. (2021), appendix T.8; Greenberg et al. (2019).
 * @example
 * const task = tasks.benchmark.twoMoons();
 * await task.exactPosterior([[0, 0]]).sample(100, { seed: 1 }); // shape [100, 2]
 */
export function twoMoons(): BoxTask {
  const prior = uniform(box);
  return describedTask({
    name: 'two_moons',
    prior,
    dataDim: 2,
    simulator: defineSimulator(([a, b], rng, { radius, std, offset }) => {
      const angle = rng.uniform(-Math.PI / 2, Math.PI / 2);
      const r = rng.normal(radius, std);
      return [
        r * Math.cos(angle) + offset - Math.abs(a + b) * Math.SQRT1_2,
        r * Math.sin(angle) + (b - a) * Math.SQRT1_2,
      ];
    }, constants),
    logLikelihood,
    exactPosterior: (xObs) => {
      const rows = observedRows(xObs, 2);
      demand(
        'exactPosterior: xObs',
        rows.length === 1,
        'one observation, the only number for which the posterior is known',
        rows.length,
      );
      return crescents(rows[0]);
    },
  });
}

/** log p(x | theta) [B], summed over the observations. */
function logLikelihood(theta: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor1D {
  requireColumns('logLikelihood: x', x, 2);
  return tf.tidy(() => {
    const { radius, std, offset } = constants;
    const column = (table: tf.Tensor2D, k: number): tf.Tensor2D => tf.slice(table, [0, k], [-1, 1]);
    const row = (k: number): tf.Tensor2D => tf.reshape(column(x, k), [1, -1]);
    const [a, b] = [column(theta, 0), column(theta, 1)];
    const u = tf.sub(tf.add(row(0), tf.mul(tf.abs(tf.add(a, b)), Math.SQRT1_2)), offset);
    const v = tf.sub(row(1), tf.mul(tf.sub(b, a), Math.SQRT1_2));
    const isRight = tf.greater(u, 0);
    // the logarithm and root are taken of 1 where the density is zero, so that no NaN enters the gradient
    const square = tf.where(isRight, tf.add(tf.square(u), tf.square(v)), tf.onesLike(u));
    const r = tf.sqrt(square);
    const z = tf.div(tf.sub(r, radius), std);
    const log = tf.sub(tf.mul(-0.5, tf.add(tf.square(z), tf.log(square))), logNorm);
    return tf.sum(tf.where(isRight, log, tf.fill(log.shape, -Infinity)), 1) as tf.Tensor1D;
  });
}

/** log of the constants of the normal law of r and of the density 1 / (pi r) of the angle. */
const logNorm = Math.log(Math.sqrt(2 * Math.PI) * constants.std * Math.PI);

/**
 * theta for the point p of the crescent around the origin: x - p = (-|z_0|, z_1), z_0 of either sign; undefined outside
 * the box.
 */
function parametersOf(x: readonly number[], p: readonly number[], sign: number): number[] | undefined {
  const z = p[0] - x[0];
  if (z < 0) return undefined;
  const theta = [sign * z - (x[1] - p[1]), sign * z + (x[1] - p[1])].map((value) => value * Math.SQRT1_2);
  return theta.every((value, i) => value >= box.lower[i] && value <= box.upper[i]) ? theta : undefined;
}

function crescents(x: readonly number[]): ExactPosterior {
  const { radius, std, offset } = constants;
  const point = (angle: number, r: number): number[] => [r * Math.cos(angle) + offset, r * Math.sin(angle)];
  const mass = massInBox(x, point);
  demand('exactPosterior: xObs', mass > 0, 'an observation that parameters of the prior can make', x);
  const sample = (rng: Rng): number[] => {
    for (;;) {
      const p = point(rng.uniform(-Math.PI / 2, Math.PI / 2), rng.normal(radius, std));
      const theta = parametersOf(x, p, rng.uniform() < 0.5 ? 1 : -1);
      if (theta) return theta;
    }
  };
  const likelihood = (theta: tf.Tensor2D): tf.Tensor1D => logLikelihood(theta, tf.tensor2d([[...x]]));
  const logProb = (theta: tf.Tensor2D): tf.Tensor1D =>
    tf.tidy(() => insideOnly(theta, tf.sub(likelihood(theta), Math.log(mass)), box));
  const gradient = tf.grad((theta: tf.Tensor) => tf.sum(likelihood(theta as tf.Tensor2D)));
  const score = (theta: tf.Tensor2D): tf.Tensor2D => tf.tidy(() => gradient(theta) as tf.Tensor2D);
  return exactPosterior(1, { dim: 2, sample, logProb, score });
}

/**
 * The integral of the likelihood over the box, by the midpoint rule in angle and radius: 2 where both crescents lie
 * inside.
 */
function massInBox(x: readonly number[], point: (angle: number, r: number) => number[]): number {
  const [angles, radii, reach] = [720, 120, 6];
  let inside = 0;
  let all = 0;
  for (let j = 0; j < radii; j++) {
    const z = reach * ((2 * (j + 0.5)) / radii - 1);
    const weight = Math.exp(-0.5 * z * z);
    for (let i = 0; i < angles; i++) {
      const p = point(Math.PI * ((i + 0.5) / angles - 0.5), constants.radius + constants.std * z);
      all += weight;
      for (const sign of [1, -1]) if (parametersOf(x, p, sign)) inside += weight;
    }
  }
  return inside / all;
}
