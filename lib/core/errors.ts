/** An input that was refused before any work started: says what was expected, what came and what to do. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  constructor(
    /** The input's name, such as `simulate: n`. */
    readonly what: string,
    /** What was expected and what came, as the message says it. */
    readonly detail: { expected: string; received: string; remedy?: string },
  ) {
    super(
      `${what}: expected ${detail.expected}, received ${detail.received}.` + (detail.remedy ? ` ${detail.remedy}` : ''),
    );
  }
}

/** Long work that was stopped by its AbortSignal or by the notebook's interrupt; `partial` holds the result so far. */
export class InterruptedError<T = unknown> extends Error {
  override readonly name = 'InterruptedError';

  constructor(
    message: string,
    /** The result so far, where there is one. */
    readonly partial?: T,
  ) {
    super(message);
  }
}

/**
 * A computation that left the finite numbers; the message names the place (step, level), `partial` the last good state.
 */
export class NonFiniteError<T = unknown> extends Error {
  override readonly name = 'NonFiniteError';

  constructor(
    message: string,
    /** The last good state, where there is one. */
    readonly partial?: T,
  ) {
    super(message);
  }
}

/** Frees what an error carries of the work done so far, such as a half-trained estimator, where nobody will use it. */
export function freePartial(error: unknown): void {
  const partial = (error as { partial?: { dispose?: () => void } } | null)?.partial;
  partial?.dispose?.();
}
