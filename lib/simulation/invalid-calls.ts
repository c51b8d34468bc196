import { NonFiniteError } from '../core/errors';
import { faultsText, showTheta, SimulationError, type SimulationFault } from './simulation-error';

/** What becomes of calls that fail or give NaN or infinite data. */
export interface InvalidCallOptions {
  /**
   * What to do with calls that fail (the simulator throws, or returns something other than data) and with NaN or
   * infinite data. 'refuse' (default): a call that fails ends the work, NaN and infinity do at its end. 'drop' leaves
   * both out and counts them.
   */
  invalid?: 'refuse' | 'drop';
  /** With 'drop', the largest share of the n calls that may be left out; more end the work. Default 0.5. */
  mostInvalid?: number;
}

/** How many calls may fail, and how many may be invalid (failed ones included), before the work ends. */
export interface Tolerance {
  readonly failed: number;
  readonly invalid: number;
}

/** What has become of the calls so far. */
export interface CallCounts {
  /** Calls to make. */
  readonly n: number;
  /** Calls made. */
  readonly done: number;
  /** Those that failed. */
  readonly failed: number;
  /** Those that failed, or gave NaN or infinite data. */
  readonly invalid: number;
  /** What went wrong at the first that failed. */
  readonly faults: readonly SimulationFault[];
}

const usualShare = 0.5;

/** What n calls may come to, by the options; NaN and infinity are looked at in the end where they are refused. */
export function toleranceOf(
  n: number,
  { invalid = 'refuse', mostInvalid = usualShare }: InvalidCallOptions,
): Tolerance {
  if (invalid === 'refuse') return { failed: 0, invalid: Infinity };
  const most = Math.floor(mostInvalid * n);
  return { failed: most, invalid: most };
}

/** Whether more calls are invalid than may be. */
export function isExceeded({ failed, invalid }: CallCounts, tolerance: Tolerance): boolean {
  return failed > tolerance.failed || invalid > tolerance.invalid;
}

/** The rows that an error hands over. */
interface Handed<T> {
  readonly rows: number;
  readonly partial: T | undefined;
  /** The first parameters whose data were not finite. */
  readonly firstInvalid?: { readonly item: number; readonly theta: number[] };
}

/** The error for more invalid calls than may be; the finite simulations done are its `partial`. */
export function excessError<T>(
  counts: CallCounts,
  { invalid = 'refuse', mostInvalid = usualShare }: InvalidCallOptions,
  handed: Handed<T>,
): Error {
  const { n, done, failed, faults } = counts;
  const kept = handed.rows > 0 ? `error.partial holds the ${handed.rows} finite simulations done` : undefined;
  if (invalid === 'refuse') {
    const after = `Pass invalid: 'drop' to leave out calls that fail${kept ? `; ${kept}` : ''}.`;
    return new SimulationError(faults, handed.partial, { after });
  }
  const share = `more than the share mostInvalid, ${mostInvalid} of ${n}`;
  const how = `${failed} failed and ${counts.invalid - failed} gave NaN or infinite values`;
  const before = `${counts.invalid} of ${done} calls were invalid (${how}), ${share}.`;
  const after = `${kept ?? nothingLeft}.`;
  if (failed > 0) return new SimulationError(faults, handed.partial, { before: `${before} First`, after });
  return new NonFiniteError(`simulate: ${before} ${firstText(handed)} ${after}`, handed.partial);
}

/** The error for NaN or infinite data that nobody allowed, or for calls of which nothing is left. */
export function invalidError<T>({ n, invalid, failed, faults }: CallCounts, handed: Handed<T>): Error {
  if (failed > 0) {
    const before = `${failed} of ${n} calls failed. First`;
    return new SimulationError(faults, handed.partial, { before, after: `${nothingLeft}.` });
  }
  const which = `${invalid} of ${n} simulations have NaN or infinite values. ${firstText(handed)}`;
  const remedy =
    handed.partial === undefined
      ? `${nothingLeft}.`
      : `Pass invalid: 'drop' to leave them out; error.partial holds the ${handed.rows} finite ones.`;
  return new NonFiniteError(`simulate: ${which} ${remedy}`, handed.partial);
}

const nothingLeft = 'No finite simulation is left';

/** Says how many calls failed and were left out, and shows the first. */
export function warnOfFailed({ n, failed, faults }: CallCounts): void {
  if (failed > 0) console.warn(`simulate: ${failed} of ${n} calls failed and were left out: ${faultsText(faults)}.`);
}

function firstText({ firstInvalid }: Handed<unknown>): string {
  return firstInvalid ? `The first is item ${firstInvalid.item} at theta ${showTheta(firstInvalid.theta)}.` : '';
}
