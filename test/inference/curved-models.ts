import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { normal } from '../../lib/distributions/normal';
import type { Prior } from '../../lib/distributions/prior';
import type { AnySimulator } from '../../lib/simulation/simulator';

/** A model of two parameters whose posteriors no Gaussian fits, with the means and widths of its data. */
export interface CurvedModel {
  readonly prior: Prior;
  readonly simulator: AnySimulator;
  /** Mean and standard deviation of each data value at (a, b). */
  readonly law: (a: number, b: number) => readonly { mean: number; std: number }[];
}

function curvedModel(law: CurvedModel['law']): CurvedModel {
  return {
    prior: normal({ mean: [0, 0] }),
    simulator: ([a, b], rng) => law(a, b).map(({ mean, std }) => rng.normal(mean, std)),
    law,
  };
}

/**
 * x_1 = a^2 + noise leaves the sign of a open; the noise of x_2 = b + noise is the wider the larger b is, so that E[b |
 * x] is no line and the width depends on x. The linear regression of a on x is zero everywhere.
 */
export const folded = curvedModel((a, b) => [
  { mean: a ** 2, std: 0.3 },
  { mean: b, std: 0.15 + 0.6 / (1 + Math.exp(-3 * b)) },
]);

/**
 * The noise of x_1 = a + noise is the wider the larger a is, and x_2 = b + a^2 + noise bends the posterior into a
 * banana.
 */
export const bent = curvedModel((a, b) => [
  { mean: a, std: 0.15 + 0.6 / (1 + Math.exp(-3 * a)) },
  { mean: b + a ** 2, std: 0.3 },
]);

/** Cells of a side of the quadrature, within [-4, 4]. */
const cells = 160;
/** Where the bins of a parameter end. */
const edges = [-1.2, -0.6, 0, 0.6, 1.2];
const binOf = (a: number, b: number): number =>
  edges.filter((edge) => a > edge).length * (edges.length + 1) + edges.filter((edge) => b > edge).length;

/** The exact posterior's mass in each of 36 bins, given observations [n, 2], by quadrature. */
export function exactShares({ law }: CurvedModel, xObs: readonly (readonly number[])[]): number[] {
  const shares = new Array<number>((edges.length + 1) ** 2).fill(0);
  const centre = (i: number): number => -4 + (8 * (i + 0.5)) / cells;
  for (let i = 0; i < cells; i++)
    for (let j = 0; j < cells; j++) {
      const [a, b] = [centre(i), centre(j)];
      const parts = law(a, b);
      let logDensity = -(a ** 2 + b ** 2) / 2;
      for (const x of xObs)
        parts.forEach(({ mean, std }, k) => (logDensity -= ((x[k] - mean) / std) ** 2 / 2 + Math.log(std)));
      shares[binOf(a, b)] += Math.exp(logDensity);
    }
  const total = shares.reduce((sum, share) => sum + share, 0);
  return shares.map((share) => share / total);
}

/** The total variation between draws [N, 2] and exact shares, over the bins. */
export function totalVariation(draws: readonly (readonly number[])[], exact: readonly number[]): number {
  const seen = new Array<number>(exact.length).fill(0);
  for (const [a, b] of draws) seen[binOf(a, b)] += 1 / draws.length;
  return seen.reduce((sum, share, i) => sum + Math.abs(share - exact[i]) / 2, 0);
}

/**
 * What the total variation of as many exact draws does not exceed: its mean, sum_i sqrt(p_i (1 - p_i) / (2 pi N)), and
 * four times 1 / (2 sqrt(N)), which bounds its standard deviation, since one draw moves it by 1 / N at most.
 */
export function samplingVariation(exact: readonly number[], draws: number): number {
  const mean = exact.reduce((sum, share) => sum + Math.sqrt((share * (1 - share)) / (2 * Math.PI * draws)), 0);
  return mean + 4 / (2 * Math.sqrt(draws));
}

/** The rows of draws for each observation [N, K, 2], which are disposed. */
export function rowsOfEach(draws: tf.Tensor3D): number[][][] {
  const rows = draws.arraySync();
  draws.dispose();
  return rows;
}

/** Expects draws [N, 2] to have the exact posterior's shares, but for what as many draws vary and `trainingError`. */
export function expectPosterior(
  draws: readonly (readonly number[])[],
  { model, xObs, trainingError }: { model: CurvedModel; xObs: readonly (readonly number[])[]; trainingError: number },
): void {
  const exact = exactShares(model, xObs);
  const allowed = samplingVariation(exact, draws.length) + trainingError;
  expect(totalVariation(draws, exact), `given ${JSON.stringify(xObs)}`).toBeLessThan(allowed);
}
