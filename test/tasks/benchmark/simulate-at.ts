import { expect } from 'vitest';
import { rng } from '../../../lib/core/rng';
import type { Simulator } from '../../../lib/simulation/simulator';
import type { Task } from '../../../lib/tasks/task';

/** `n` rows of data of a task at one parameter vector. */
export function simulateAt({ simulator }: Task, theta: readonly number[], n: number, seed: number): number[][] {
  const root = rng(seed);
  return Array.from({ length: n }, (_, i) => Array.from((simulator as Simulator)(theta, root.fork(i))));
}

/** Mean and variance of one column. */
export function columnMoments(
  rows: readonly (readonly number[])[],
  column: number,
): { mean: number; variance: number } {
  const mean = rows.reduce((sum, row) => sum + row[column], 0) / rows.length;
  return { mean, variance: rows.reduce((sum, row) => sum + (row[column] - mean) ** 2, 0) / (rows.length - 1) };
}

/**
 * Checks a column's mean and variance against the law's, within four standard errors; the fourth moment is the
 * sample's.
 */
export function expectMoments(
  rows: readonly (readonly number[])[],
  column: number,
  mean: number,
  variance: number,
): void {
  const found = columnMoments(rows, column);
  const fourth = rows.reduce((sum, row) => sum + (row[column] - mean) ** 4, 0) / rows.length;
  expect(Math.abs(found.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / rows.length) + 1e-12);
  expect(Math.abs(found.variance - variance)).toBeLessThan(
    4 * Math.sqrt(Math.max(fourth - variance ** 2, 0) / rows.length) + 1e-3 * variance + 1e-12,
  );
}
