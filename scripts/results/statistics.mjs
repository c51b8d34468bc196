/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * The standard error of the mean; undefined for a single value, which has no spread.
 * @param {readonly number[]} values
 */
export function standardError(values) {
  if (values.length < 2) return undefined;
  const centre = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - centre) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/**
 * The values without repetition, in the order of their first appearance.
 * @template T
 * @param {readonly T[]} values
 */
export function distinct(values) {
  return [...new Set(values)];
}
