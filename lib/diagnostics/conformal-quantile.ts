/**
 * The least of N scores that a fresh one of the same law stays at or below with at least this probability: the
 * ceil((N + 1) probability)-th; Infinity where N scores are too few for it.
 * Source: Vovk, Gammerman and Shafer (2005), "Algorithmic learning in a random world", section 2.
 */
export function conformalQuantile(scores: ArrayLike<number>, probability: number): number {
  // products such as 10 x .9 are to be whole
  const place = Math.ceil((scores.length + 1) * probability - 1e-9);
  return place > scores.length ? Infinity : Float64Array.from(scores).sort()[place - 1];
}
