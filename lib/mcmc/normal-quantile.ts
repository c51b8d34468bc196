/**
 * Coefficients of the rational functions in the middle (numerator, denominator) and in the tails, highest power first.
 */
const middle = [
  [-39.6968302866538, 220.946098424521, -275.928510446969, 138.357751867269, -30.6647980661472, 2.50662827745924],
  [-54.4760987982241, 161.585836858041, -155.698979859887, 66.8013118877197, -13.2806815528857, 1],
];
const tails = [
  [-0.00778489400243029, -0.322396458041136, -2.40075827716184, -2.54973253934373, 4.37466414146497, 2.93816398269878],
  [0.00778469570904146, 0.32246712907004, 2.445134137143, 3.75440866190742, 1],
];
const tail = 0.02425;

/**
 * The z with Phi(z) = p for the standard normal law, to about 1e-9 of z.
 * @param p in (0, 1); 0 and 1 give -Infinity and Infinity.
 * Source: Acklam's rational approximation.
 */
export function normalQuantile(p: number): number {
  if (p === 0 || p === 1) return p === 0 ? -Infinity : Infinity;
  if (p < tail || p > 1 - tail) {
    const q = Math.sqrt(-2 * Math.log(Math.min(p, 1 - p)));
    return (p < tail ? 1 : -1) * (polynomial(tails[0], q) / polynomial(tails[1], q));
  }
  const q = p - 0.5;
  return (q * polynomial(middle[0], q * q)) / polynomial(middle[1], q * q);
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = 0; i < coefficients.length; i++) sum = sum * x + coefficients[i];
  return sum;
}
