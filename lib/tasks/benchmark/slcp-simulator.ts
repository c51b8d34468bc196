import { numpyRandom } from './numpy-random';
import type { Rng } from '../../core/rng';

/** What is added to the variances, as in the benchmark. */
export const jitter = 1e-6;

/** Four points of the plane, x_1, y_1, x_2, y_2, ...: this file runs in workers too, so it knows no tensors. */
export function slcp(theta: readonly number[], rng: Rng): number[] {
  const [s1, s2, rho] = [theta[2] ** 2, theta[3] ** 2, Math.tanh(theta[4])];
  const variance = s1 * s1 + jitter;
  const slope = (rho * s1 * s2) / variance;
  // the variance of y given x, without a difference of close numbers
  const rest = jitter + (s2 / Math.cosh(theta[4])) ** 2 + ((rho * s2) ** 2 * jitter) / variance;
  const x: number[] = [];
  for (let k = 0; k < 4; k++) {
    const first = Math.sqrt(variance) * rng.normal();
    x.push(theta[0] + first, theta[1] + slope * first + Math.sqrt(rest) * rng.normal());
  }
  return x;
}

/** The law of the distractors: a mixture of Student laws, and the order of the 100 values. */
export interface Distractors {
  /** The number of distractors, 92. */
  readonly dim: number;
  /** The centres, one for each part. */
  readonly centres: readonly Float64Array[];
  /** The lower triangles of their scale matrices' factors, row by row. */
  readonly factors: readonly Float64Array[];
  /** Place j of the data has value `order[j]` of: the eight of `slcp`, then the distractors. */
  readonly order: readonly number[];
}

let made: Distractors | undefined;

/** The benchmark's distractors, rebuilt from the numbers of numpy's generator that made them. */
export function distractors(): Distractors {
  if (made) return made;
  const [dim, parts] = [92, 20];
  const random = numpyRandom(42);
  const centres = Array.from({ length: parts }, () => Float64Array.from({ length: dim }, () => 15 * random.normal()));
  const factors = centres.map(() => {
    const square = Array.from({ length: dim }, () => Array.from({ length: dim }, () => 3 * random.normal()));
    square.forEach((row, i) => (row[i] += 3 * Math.exp(random.normal())));
    return Float64Array.from(square.flatMap((row, i) => row.slice(0, i + 1)));
  });
  return (made = { dim, centres, factors, order: random.permutation(8 + dim) });
}

/** The data of `slcp` hidden among the distractors. */
export function slcpDistractors(theta: readonly number[], rng: Rng): number[] {
  const { dim, centres, factors, order } = distractors();
  const values = slcp(theta, rng);
  const part = rng.integer(0, centres.length);
  // a Student law with two degrees of freedom: normals over the root of an exponential number
  const scale = 1 / Math.sqrt(-Math.log(1 - rng.uniform()));
  const z = Array.from({ length: dim }, () => scale * rng.normal());
  for (let i = 0, at = 0; i < dim; i++) {
    let sum = centres[part][i];
    for (let j = 0; j <= i; j++) sum += factors[part][at++] * z[j];
    values.push(sum);
  }
  return order.map((k) => values[k]);
}
