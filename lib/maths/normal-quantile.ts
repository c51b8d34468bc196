import { normalMass } from './normal-mass';

/**
 * An approximation to z / (sqrt 2 x), where z is the standard normal quantile of p, x = 2 p - 1 and
 * w = -log(4 p (1 - p)): a polynomial in w - 2.5 below w = 5, in sqrt(w) - 3 from there on, highest power first. To a
 * relative error of about 1e-6 from p = 1e-7 to 1 - 1e-7.
 * Source: Giles (2012), "Approximating the erfinv function", single precision.
 */
export const quantilePolynomials = {
  split: 5,
  central: [
    2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
    0.246640727, 1.50140941,
  ],
  outer: [
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
    1.00167406, 2.83297682,
  ],
} as const;

/**
 * The number below which a standard normal one lies with probability `below`, in float64.
 * @param below from 1e-7 to 1 - 1e-7.
 * @param above 1 - below, which next to 1 is not known from it.
 */
export function normalQuantile(below: number, above: number): number {
  const { split, central, outer } = quantilePolynomials;
  const w = -Math.log(4 * below * above);
  const [coefficients, at] = w < split ? [central, w - 2.5] : [outer, Math.sqrt(w) - 3];
  let z = Math.SQRT2 * (below - above) * [...coefficients].reduce((sum, each) => sum * at + each, 0);
  for (let step = 0; step < 3; step++) {
    const density = Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
    // the smaller of the two probabilities is the one that is known well
    z += (below < above ? below - normalMass(-Infinity, z) : normalMass(z, Infinity) - above) / density;
  }
  return z;
}
