import type { Rng } from '../core/rng';

/** The first `count` indices of a shuffle of 0 ... length - 1. */
export function drawnIndices(length: number, count: number, draws: Rng): number[] {
  const order = Array.from({ length }, (_, i) => i);
  const kept = Math.min(count, length);
  for (let i = 0; i < kept; i++) {
    const other = draws.integer(i, length);
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order.slice(0, kept);
}
