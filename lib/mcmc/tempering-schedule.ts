/** Halvings of the interval in which the next power is sought. */
const halvings = 60;
/** The least step, as a share of the way that is left. */
const leastShare = 1e-15;

/** The next power of a factor, and the weights [N] that its particles have there. */
export interface NextPower {
  readonly power: number;
  /** Not normalised; the largest is 1. */
  readonly weights: Float64Array;
}

/**
 * The largest power up to 1 at which particles of the power before keep an effective sample size, (sum w)^2 / sum w^2
 * with w = exp((power - before) log L), of `share` of those that have a finite log L at all.
 * @param logFactor log L [N] of the particles, some of it finite; NaN and infinity get the weight 0.
 * Source: Del Moral, Doucet and Jasra (2012), "An adaptive sequential Monte Carlo method for approximate Bayesian
 * computation", section 3, with the effective sample size of Kong et al. (1994).
 */
export function nextPower(logFactor: ArrayLike<number>, before: number, share: number): NextPower {
  const values = Float64Array.from(logFactor);
  const finite = values.filter((value) => Number.isFinite(value));
  const top = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  const weightsOf = (step: number): Float64Array =>
    values.map((value) => (Number.isFinite(value) ? Math.exp(step * (value - top)) : 0));
  const isKept = (step: number): boolean => effectiveSize(weightsOf(step)) >= share * finite.length;
  const whole = 1 - before;
  if (isKept(whole)) return { power: 1, weights: weightsOf(whole) };
  // by the logarithm: of narrow posteriors the first powers are tiny
  let [low, high] = [Math.log(leastShare), 0];
  for (let k = 0; k < halvings; k++) {
    const middle = (low + high) / 2;
    if (isKept(whole * Math.exp(middle))) low = middle;
    else high = middle;
  }
  const step = whole * Math.exp(low);
  return { power: before + step, weights: weightsOf(step) };
}

function effectiveSize(weights: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const weight of weights) {
    sum += weight;
    squares += weight * weight;
  }
  return (sum * sum) / squares;
}
