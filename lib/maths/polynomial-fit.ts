/**
 * The polynomial of a degree that interpolates `f` at the Chebyshev points of [-1, 1]: its coefficients, of the powers
 * 0 to `degree`. Where f is analytic around the interval, the error falls by a constant factor with each degree.
 * @example
 * polynomialFit((y) => 1 + 2 * y * y, 2); // [1, 0, 2]
 */
export function polynomialFit(f: (y: number) => number, degree: number): number[] {
  const count = degree + 1;
  const angles = Array.from({ length: count }, (_, j) => (Math.PI * (j + 0.5)) / count);
  const values = angles.map((angle) => f(Math.cos(angle)));
  const weight = (n: number): number =>
    ((n === 0 ? 1 : 2) / count) * values.reduce((sum, value, j) => sum + value * Math.cos(n * angles[j]), 0);
  const powers = new Array<number>(count).fill(0);
  // the Chebyshev polynomials in powers of y: T_n = 2 y T_{n-1} - T_{n-2}
  let before = powers.map(() => 0);
  let current = powers.map((_, power) => Number(power === 0));
  for (let n = 0; n < count; n++) {
    const share = weight(n);
    current.forEach((coefficient, power) => (powers[power] += share * coefficient));
    const double = n === 0 ? 1 : 2;
    const next = current.map((_, power) => double * (power === 0 ? 0 : current[power - 1]) - before[power]);
    [before, current] = [current, next];
  }
  return powers;
}
