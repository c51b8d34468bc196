import { InvalidInputError } from '../core/errors';

/**
 * The axis titles of D parameters: the caller's, or θ₁, θ₂, ...
 * @throws InvalidInputError for another number of labels.
 */
export function parameterLabels(dimension: number, labels?: readonly string[]): readonly string[] {
  if (labels && labels.length !== dimension) {
    throw new InvalidInputError('labels', {
      expected: `${dimension} labels, one a parameter`,
      received: `${labels.length}`,
    });
  }
  return labels ?? Array.from({ length: dimension }, (_, d) => `θ${subscript(d + 1)}`);
}

/**
 * The true parameter, checked.
 * @throws InvalidInputError for another length, NaN or infinity.
 */
export function checkTruth(dimension: number, truth?: ArrayLike<number>): readonly number[] | undefined {
  if (!truth) return undefined;
  const values = Array.from(truth);
  if (values.length !== dimension || !values.every(Number.isFinite)) {
    throw new InvalidInputError('truth', {
      expected: `${dimension} finite numbers`,
      received: `[${values.join(', ')}]`,
    });
  }
  return values;
}

/**
 * The hard ends of the support, checked.
 * @throws InvalidInputError for another number of pairs, or ends out of order.
 */
export function checkBounds(dimension: number, bounds?: readonly (readonly [number, number])[]): void {
  if (bounds && (bounds.length !== dimension || !bounds.every(([low, high]) => low < high))) {
    throw new InvalidInputError('bounds', {
      expected: `${dimension} pairs [low, high]`,
      received: JSON.stringify(bounds),
    });
  }
}

/**
 * The parameters a figure shows, as indices from 0.
 * @throws InvalidInputError for none, one twice, or an index outside 0..D-1.
 */
export function chosenDims(dimension: number, dims?: readonly number[]): readonly number[] {
  const chosen = dims ?? Array.from({ length: dimension }, (_, d) => d);
  const valid = chosen.every((d) => Number.isInteger(d) && d >= 0 && d < dimension);
  if (chosen.length === 0 || !valid || new Set(chosen).size !== chosen.length) {
    throw new InvalidInputError('dims', {
      expected: `different indices from 0 to ${dimension - 1}`,
      received: `[${chosen.join(', ')}]`,
    });
  }
  return chosen;
}

function subscript(number: number): string {
  return String(number).replace(/\d/g, (digit) => String.fromCharCode(0x2080 + Number(digit)));
}
