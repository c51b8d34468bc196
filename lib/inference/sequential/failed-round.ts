/**
 * A round that could not be used, and why: simulations that failed, weights of which one is all, a density that cannot
 * be divided by another. `partial` is the run of the rounds before it.
 */
export class FailedRoundError<T = unknown> extends Error {
  override readonly name = 'FailedRoundError';

  constructor(
    message: string,
    /** The run of the rounds before, where there were any; the caller disposes it. */
    readonly partial?: T,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}
