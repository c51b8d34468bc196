import type { DrawnPairs } from './drawn-pairs';

/** A posterior that failed where it was asked for draws: says for which pairs, and keeps those before them. */
export class PosteriorError extends Error {
  override readonly name = 'PosteriorError';

  constructor(
    message: string,
    /** The first pair whose posterior may have failed, its number from 0. */
    readonly pair: number,
    /** The pairs before it, where there are any. */
    readonly partial: DrawnPairs | undefined,
    /** What the posterior threw, where it threw. */
    override readonly cause?: unknown,
  ) {
    super(message);
  }
}
