/**
 * The least interval [low, high] of counts of n trials of probability p outside of which, on either side, there is at
 * most the probability `tail`.
 * @param p between 0 and 1.
 * @param tail below one half.
 */
export function binomialInterval(n: number, p: number, tail: number): [number, number] {
  if (p <= 0) return [0, 0];
  if (p >= 1) return [n, n];
  const logOdds = Math.log(p) - Math.log1p(-p);
  let logMass = n * Math.log1p(-p);
  let below = 0;
  let low = -1;
  for (let k = 0; k <= n; k++) {
    below += Math.exp(logMass);
    if (low < 0 && below > tail) low = k;
    if (below >= 1 - tail) return [low, k];
    logMass += Math.log((n - k) / (k + 1)) + logOdds;
  }
  // rounding kept the sum below
  return [Math.max(low, 0), n];
}
