/** An input that was refused before any work started: says what was expected, what came and what to do. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';

  constructor(
    readonly what: string,
    readonly detail: { expected: string; received: string; remedy?: string },
  ) {
    super(
      `${what}: expected ${detail.expected}, received ${detail.received}.` +
        (detail.remedy ? ` ${detail.remedy}` : ''),
    );
  }
}

/** Long work that was stopped by its AbortSignal or by the notebook's interrupt; `partial` holds what was reached. */
export class InterruptedError<T = unknown> extends Error {
  override readonly name = 'InterruptedError';

  constructor(
    message: string,
    readonly partial?: T,
  ) {
    super(message);
  }
}

/** A computation that left the finite numbers; the message names the place (step, level), `partial` the last good state. */
export class NonFiniteError<T = unknown> extends Error {
  override readonly name = 'NonFiniteError';

  constructor(
    message: string,
    readonly partial?: T,
  ) {
    super(message);
  }
}
