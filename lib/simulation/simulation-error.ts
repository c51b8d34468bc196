/**
 * Calls of the simulator failed: it threw, or returned something other than data. The message names the first items and
 * their parameters; `cause` is the simulator's own error at the first.
 */
export class SimulationError<T = unknown> extends Error {
  override readonly name = 'SimulationError';

  constructor(
    /** What went wrong at the first failed calls, three at most. */
    readonly faults: readonly SimulationFault[],
    /** The simulations done, if there are any. */
    readonly partial?: T,
    /** What the message says before and after the calls. */
    around: { readonly before?: string; readonly after?: string } = {},
  ) {
    const { before = '', after = '' } = around;
    super(`simulate: ${[before, `${faultsText(faults)}.`, after].filter(Boolean).join(' ')}`, {
      cause: faults[0]?.cause,
    });
  }
}

/** A call that failed otherwise than by throwing; `problem` and `remedy` are those of a {@link SimulationFault}. */
export class FailedCall extends Error {
  constructor(
    readonly problem: string,
    readonly remedy?: string,
  ) {
    super(`The simulator ${problem}.`);
  }
}

/** A simulator that does not work at all, such as a program that cannot be started: no further call is made. */
export class BrokenSimulator extends FailedCall {}

/** What went wrong in a simulator, in a form that crosses threads. */
export interface SimulationFault {
  /** The item's number. */
  readonly item: number;
  /** Its parameters. */
  readonly theta: number[];
  /** What the simulator did, such as `threw "RangeError: too far"`. */
  readonly problem: string;
  /** What to do. */
  readonly remedy?: string;
  /** The simulator's own error. */
  readonly cause?: unknown;
}

/** How many failed calls messages show. */
export const shownFaults = 3;

/** Failed calls as a message shows them: `the simulator threw "..." at item 3, theta [1, 2]; ...`. */
export function faultsText(faults: readonly SimulationFault[]): string {
  const texts = faults.slice(0, shownFaults).map(({ problem, item, theta }, i) => {
    const subject = i === 0 ? 'the simulator ' : '';
    return `${subject}${problem} at item ${item}, theta ${showTheta(theta)}`;
  });
  const remedies = [...new Set(faults.flatMap(({ remedy }) => remedy ?? []))].map((remedy) =>
    remedy.replace(/\.$/, ''),
  );
  return [texts.join('; '), ...remedies].join('. ');
}

/** A parameter vector for a message; long ones are cut. */
export function showTheta(theta: ArrayLike<number>): string {
  const shown = Array.from(theta)
    .slice(0, 8)
    .map((value) => Number(value.toPrecision(6)));
  return `[${shown.join(', ')}${theta.length > 8 ? `, ... ${theta.length} in all` : ''}]`;
}
