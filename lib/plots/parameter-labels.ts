import { demand } from '../core/checks';
import { requireVector } from '../core/number-entries';

/**
 * The axis titles of D parameters: the caller's, or θ₁, θ₂, ...
 * @throws InvalidInputError for a wrong number of labels.
 */
export function parameterLabels(dimension: number, labels?: readonly string[]): readonly string[] {
  if (labels) demand('labels', labels.length === dimension, `${dimension} labels, one per parameter`, labels.length);
  return labels ?? Array.from({ length: dimension }, (_, d) => `θ${subscript(d + 1)}`);
}

/**
 * The true parameter, checked.
 * @throws InvalidInputError for a wrong length, NaN or infinity.
 */
export function checkTruth(dimension: number, truth?: ArrayLike<number>): readonly number[] | undefined {
  if (truth === undefined) return undefined;
  requireVector('truth', truth, dimension);
  return Array.from(truth);
}

/**
 * The hard bounds of the support, checked.
 * @throws InvalidInputError for a wrong number of pairs, or bounds out of order.
 */
export function checkBounds(dimension: number, bounds?: readonly (readonly [number, number])[]): void {
  if (!bounds) return;
  const isPair = (pair: readonly [number, number] | null | undefined): boolean =>
    typeof pair?.[0] === 'number' && typeof pair[1] === 'number' && pair[0] < pair[1];
  const areOrdered = Array.isArray(bounds) && bounds.length === dimension && Array.from(bounds).every(isPair);
  demand('bounds', areOrdered, `${dimension} pairs [low, high]`, JSON.stringify(bounds));
}

/**
 * The parameters a figure shows, as indices from 0.
 * @throws InvalidInputError for none, one twice, or an index outside 0..D-1.
 */
export function chosenDims(dimension: number, dims?: readonly number[]): readonly number[] {
  const chosen = dims ?? Array.from({ length: dimension }, (_, d) => d);
  const valid = chosen.every((d) => Number.isInteger(d) && d >= 0 && d < dimension);
  const areDifferent = chosen.length > 0 && new Set(chosen).size === chosen.length;
  const expected = `different indices from 0 to ${dimension - 1}`;
  demand('dims', valid && areDifferent, expected, `[${chosen.join(', ')}]`);
  return chosen;
}

function subscript(number: number): string {
  return String(number).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
}
