import { effectiveSampleSize } from '../../lib/mcmc/convergence';

/** A function of each draw, by chain: rows are ordered as `sampleChains` gives them. */
export function chainsOf(rows: number[][], chains: number, value: (row: number[]) => number): number[][] {
  return Array.from({ length: chains }, (_, c) => rows.filter((_, i) => i % chains === c).map(value));
}

/** The mean of a function of the draws, with its standard error by the effective sample size of that function. */
export function estimate(
  rows: number[][],
  chains: number,
  value: (row: number[]) => number,
): { mean: number; error: number } {
  const values = rows.map(value);
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const variance = values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (values.length - 1);
  // more than as many as there are would count on draws that avoid each other
  const size = Math.min(values.length, effectiveSampleSize(chainsOf(rows, chains, value), 'mean'));
  return { mean, error: Math.sqrt(variance / size) };
}
