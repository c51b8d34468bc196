/** A simulator that threw or returned what is no data; names the item and its parameters, `cause` is the simulator's error. */
export class SimulationError<T = unknown> extends Error {
  override readonly name = 'SimulationError';

  constructor(
    /** The item, its parameters and what was wrong. */
    readonly fault: SimulationFault,
    /** What was simulated before, where there is any. */
    readonly partial?: T,
  ) {
    super(
      `simulate: the simulator ${fault.problem} at item ${fault.item}, theta ${showTheta(fault.theta)}.${fault.remedy ? ` ${fault.remedy}` : ''}`,
      {
        cause: fault.cause,
      },
    );
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
