/** Simulations below which no method here has much to learn from. */
const fewest = 100;

/**
 * A sentence about simulations that are few for D parameters and L data values; none where there are enough: 100, and
 * two for each of the D + L + 1 numbers by which the linear part of an estimate gives a parameter and its spread.
 */
export function fewSimulations(
  count: number,
  dims: { readonly theta: number; readonly x: number },
): string | undefined {
  const wanted = Math.max(fewest, 2 * (dims.theta + dims.x + 1));
  if (count >= wanted) return undefined;
  return (
    `${count} simulations are few for ${dims.theta} parameter(s) and ${dims.x} data value(s): a posterior from so ` +
    `few may be far off. Simulate at least ${wanted}; a thousand is a small budget.`
  );
}
