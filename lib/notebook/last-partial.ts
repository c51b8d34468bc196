import { demand } from '../core/checks';
import { descriptionOf } from '../core/description';
import { freePartial } from '../core/errors';

/** The event of the process by which the project's kernel hands over the error that ended a cell. */
const CELL_FAILED = 'scorebook:cell-failed';

/** The last error with a result so far that ended a cell, and whether the result was taken. */
let last: { readonly error: object; isTaken: boolean } | undefined;

/** Keeps, from now on, what work that ended a cell had done so far, for {@link lastPartial}; begins with nothing. */
export function keepPartials(): void {
  last = undefined;
  // a library that is loaded anew takes over
  process.removeAllListeners(CELL_FAILED);
  process.on(CELL_FAILED, keep);
}

function keep(error: unknown): void {
  const partial = partialOf(error);
  if (partial === undefined) return;
  if (last && !last.isTaken && partialOf(last.error) !== partial) freePartial(last.error);
  last = { error: error as object, isTaken: false };
  const { title = 'The result so far', variable = 'partial', givenBy } = descriptionOf(partial) ?? {};
  const which = givenBy ? '' : ', with the function that was stopped';
  console.error(`Kept: ${title}. To go on with it, run in the next cell${which}:
  import { lastPartial } from 'scorebook'; const ${variable} = lastPartial(${givenBy ?? '...'});`);
}

/**
 * The result so far of the work that was last stopped in a notebook: the best estimator of a training, the simulations
 * done, the rows of an experiment. `const estimator = lastPartial(npse.train);` in the next cell takes it.
 *
 * It is the `partial` of the last `InterruptedError`, `NonFiniteError` or `SimulationError` that ended a cell; an error
 * that the cell caught is the cell's own. Called again, it gives the same again. Once taken, the caller disposes it;
 * what was not taken is disposed when the next work is stopped. Outside of notebooks, catch the error and read its
 * `partial`.
 * @param of the function that was stopped, such as `npse.train`, `simulate` or `experiments.runExperiment`; it gives
 * the result its type.
 * @throws InvalidInputError where no work with a result so far was stopped.
 * @example
 * // in the cell after the one that was stopped: const estimator = lastPartial(npse.train);
 * const bestSoFar = () => lastPartial(npse.train);
 */
export function lastPartial<F extends (...options: never[]) => unknown>(of: F): Awaited<ReturnType<F>> {
  const expected = 'the function that was stopped, such as npse.train';
  demand('lastPartial', typeof of === 'function', expected, of);
  const remedy =
    'It holds what the stop button or an error left of a training, a simulation or an experiment in a cell before; ' +
    'draws and metrics leave nothing.';
  demand('lastPartial', last !== undefined, 'work that was stopped in this notebook', 'none with a result', remedy);
  last!.isTaken = true;
  return partialOf(last!.error) as Awaited<ReturnType<F>>;
}

function partialOf(error: unknown): unknown {
  return (error as { partial?: unknown } | null | undefined)?.partial;
}
