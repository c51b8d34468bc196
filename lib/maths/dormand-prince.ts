/** The end of an initial value problem was not reached: says where the solver stopped, and why. */
export class OdeError extends Error {
  override readonly name = 'OdeError';

  constructor(
    message: string,
    /** The last time reached. */
    readonly time: number,
  ) {
    super(message);
  }
}

/** The right side of y' = f(t, y): writes the derivative of `y` into `derivative`. */
export type OdeRightSide = (t: number, y: Float64Array, derivative: Float64Array) => void;

/** Options of `solveOde`. */
export interface OdeOptions {
  /** The local error allowed, relative to |y|. Default 1e-8. */
  rtol?: number;
  /** The local error allowed in addition. Default 1e-8. */
  atol?: number;
  /** The most steps, rejected ones included. Default 100,000. */
  maxSteps?: number;
}

/** The times of the pair's stages; the last stage is the next step's first. */
export const nodes = [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1];
/** The weights of the earlier stages in each; the last row is the solution of order 5. */
export const weights: readonly (readonly number[])[] = [
  [],
  [1 / 5],
  [3 / 40, 9 / 40],
  [44 / 45, -56 / 15, 32 / 9],
  [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
  [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
  [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84],
];
/** The solution of order 5 minus that of order 4. */
export const errorWeights = [71 / 57600, 0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40];

/**
 * One step of the pair: `stages[0]` is f at its start; afterwards `stages[6]` is f at its end, and `end` and `error`
 * are set.
 */
export function dormandPrinceStep(f: OdeRightSide, { t, y, h, stages, end, error }: DormandPrinceStep): void {
  for (let s = 1; s < 7; s++) {
    for (let i = 0; i < y.length; i++) {
      let sum = 0;
      for (let k = 0; k < s; k++) sum += weights[s][k] * stages[k][i];
      end[i] = y[i] + h * sum;
    }
    f(t + nodes[s] * h, end, stages[s]);
  }
  for (let i = 0; i < y.length; i++) {
    let sum = 0;
    for (let k = 0; k < 7; k++) sum += errorWeights[k] * stages[k][i];
    error[i] = h * sum;
  }
}

/** What a step starts from, and the arrays it fills. */
export interface DormandPrinceStep {
  readonly t: number;
  readonly y: Float64Array;
  readonly h: number;
  readonly stages: readonly Float64Array[];
  readonly end: Float64Array;
  readonly error: Float64Array;
}

/**
 * The solution of y' = f(t, y), y(times[0]) = start, at each of `times`: [times, dim].
 *
 * The Dormand-Prince pair of orders 5 and 4; each step's error estimate, root mean square over the components in units
 * of atol + rtol |y|, stays below one. Steps end exactly at the times asked for, so nothing is interpolated.
 * @param times ascending, at least one.
 * @throws OdeError where the solution leaves the finite numbers, the step shrinks to nothing or `maxSteps` are not
 * enough.
 * Source: Dormand and Prince (1980); Hairer, Norsett and Wanner, Solving Ordinary Differential Equations I, II.4.
 */
export function solveOde(
  f: OdeRightSide,
  start: ArrayLike<number>,
  times: readonly number[],
  { rtol = 1e-8, atol = 1e-8, maxSteps = 100_000 }: OdeOptions = {},
): Float64Array[] {
  const vector = (): Float64Array => new Float64Array(start.length);
  const stages = Array.from({ length: 7 }, vector);
  let y: Float64Array = Float64Array.from(start);
  let end = vector();
  const error = vector();
  let t = times[0];
  f(t, y, stages[0]);
  let proposal = firstStep(y, stages[0], { rtol, atol });
  let steps = 0;
  return times.map((stop) => {
    while (t < stop) {
      // a remainder hardly longer than the step is taken whole, so that no tiny step is left
      const isLast = t + 1.01 * proposal >= stop;
      const h = isLast ? stop - t : proposal;
      if (!(t + h > t)) throw new OdeError(`solveOde: the step at t = ${t} shrank to ${h}.`, t);
      if (++steps > maxSteps)
        throw new OdeError(`solveOde: ${maxSteps} steps reached t = ${t} only, of ${times[times.length - 1]}.`, t);
      dormandPrinceStep(f, { t, y, h, stages, end, error });
      const ratio = errorRatio(error, y, end, { rtol, atol });
      // NaN and infinity shrink the step too
      const factor = ratio < Infinity ? Math.min(5, Math.max(0.2, 0.9 * ratio ** -0.2)) : 0.2;
      if (ratio <= 1) {
        t = isLast ? stop : t + h;
        [y, end] = [end, y];
        [stages[0], stages[6]] = [stages[6], stages[0]];
        // a step cut short by its stop says little about the next one
        proposal = Math.max(isLast ? proposal : 0, h * factor);
      } else proposal = h * Math.min(factor, 0.9);
    }
    return Float64Array.from(y);
  });
}

interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** The root mean square of the error, in units of the error allowed. */
function errorRatio(error: Float64Array, y: Float64Array, end: Float64Array, { rtol, atol }: Tolerance): number {
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    sum += (error[i] / (atol + rtol * Math.max(Math.abs(y[i]), Math.abs(end[i])))) ** 2;
  }
  const ratio = Math.sqrt(sum / y.length);
  return Number.isNaN(ratio) ? Infinity : ratio;
}

/** A hundredth of the time in which y would change by itself. */
function firstStep(y: Float64Array, derivative: Float64Array, { rtol, atol }: Tolerance): number {
  const size = (values: Float64Array): number =>
    Math.sqrt(values.reduce((sum, value, i) => sum + (value / (atol + rtol * Math.abs(y[i]))) ** 2, 0));
  const [level, slope] = [size(y), size(derivative)];
  return level > 1e-5 && slope > 1e-5 ? (0.01 * level) / slope : 1e-6;
}
