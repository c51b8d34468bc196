import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { described } from '../../lib/core/description';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../lib/core/errors';
import { keepPartials, lastPartial } from '../../lib/notebook/last-partial';

/** What the kernel does with the error that ends a cell. */
const endCell = (error: unknown): void => void process.emit('scorebook:cell-failed' as 'exit', error as number);
const train = async (): Promise<{ loss: number }> => ({ loss: 1 });
/** A result so far that remembers whether it was freed. */
const half = (loss: number) => ({ loss, dispose: vi.fn() });

describe('what was done when a cell was stopped', () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  beforeEach(() => {
    keepPartials();
    said.mockClear();
  });
  afterEach(() => void process.removeAllListeners('scorebook:cell-failed'));
  afterAll(() => said.mockRestore());

  test.each([InterruptedError, NonFiniteError])('is had in the next cell after an %o', (Stopped) => {
    const partial = half(2);
    endCell(new Stopped('stopped', partial));
    const result: { loss: number } = lastPartial(train);
    expect(result).toBe(partial);
    expect(lastPartial(train)).toBe(partial); // the cell is run again
  });

  test('is told with the line that takes it', () => {
    const partial = described(half(2), () => ({
      title: 'NPSE estimator: 2 parameters',
      facts: {},
      variable: 'estimator',
      givenBy: 'npse.train',
    }));
    endCell(new InterruptedError('stopped', partial));
    expect(said.mock.calls.flat().join('\n')).toBe(
      'Kept: NPSE estimator: 2 parameters. To go on with it, run in the next cell:\n' +
        "  import { lastPartial } from 'scorebook'; const estimator = lastPartial(npse.train);",
    );
  });

  test('is freed when the next work is stopped, unless it was taken', () => {
    const [first, second, third] = [half(1), half(2), half(3)];
    endCell(new InterruptedError('stopped', first));
    endCell(new InterruptedError('stopped', second));
    expect(first.dispose).toHaveBeenCalledTimes(1);
    lastPartial(train);
    endCell(new InterruptedError('stopped', third));
    expect(second.dispose).not.toHaveBeenCalled();
    expect(lastPartial(train)).toBe(third);
  });

  test('stays when an error without a result ends a cell, or the same one again', () => {
    const partial = half(1);
    const error = new InterruptedError('stopped', partial);
    endCell(error);
    endCell(new InterruptedError('Sampling was interrupted'));
    endCell(new TypeError('a slip'));
    endCell(undefined);
    endCell(error);
    expect(partial.dispose).not.toHaveBeenCalled();
    expect(lastPartial(train)).toBe(partial);
  });

  test('is refused where there is none, and for what is no function', () => {
    expect(() => lastPartial(train)).toThrow(InvalidInputError);
    expect(() => lastPartial(train)).toThrow(/work that was stopped in this notebook, received none/);
    endCell(new InterruptedError('stopped', half(1)));
    expect(() => lastPartial('npse.train' as unknown as typeof train)).toThrow(/expected the function/);
  });

  test('is kept once by a library that was loaded anew', () => {
    keepPartials();
    endCell(new InterruptedError('stopped', half(1)));
    expect(said).toHaveBeenCalledTimes(1);
  });
});
