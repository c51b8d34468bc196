/**
 * A simulator threw, or returned something other than data. The message names the item and its parameters; `cause` is
 * the simulator's own error.
 */
export class SimulationError<T = unknown> extends Error {
  override readonly name = 'SimulationError';

  constructor(
    /** The item, its parameters and the problem. */
    readonly fault: SimulationFault,
    /** The simulations before it, if there are any. */
    readonly partial?: T,
  ) {
    const { problem, item, theta, remedy, cause } = fault;
    const place = `at item ${item}, theta ${showTheta(theta)}`;
    super(`simulate: the simulator ${problem} ${place}.${remedy ? ` ${remedy}` : ''}`, { cause });
  }
}

/** What went wrong in a simulator, in a form that crosses threads. */
export interface SimulationFault {
  readonly item: number;
  readonly theta: number[];
  readonly problem: string;
  readonly remedy?: string;
  readonly cause?: unknown;
}

/** A parameter vector for a message; long ones are cut. */
export function showTheta(theta: ArrayLike<number>): string {
  const shown = Array.from(theta)
    .slice(0, 8)
    .map((value) => Number(value.toPrecision(6)));
  return `[${shown.join(', ')}${theta.length > 8 ? `, ... ${theta.length} in all` : ''}]`;
}
