import { describe, expect, it } from 'vitest';
import {
  demand,
  refuse,
  requireColumns,
  requireCount,
  requireEach,
  requireNumber,
  requireOneOf,
  requirePositive,
} from '../../lib/core/checks';
import { InvalidInputError } from '../../lib/core/errors';

/** The message of what a check throws; undefined where it is content. */
function messageOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return (error as Error).message;
  }
}

describe('checks of input', () => {
  it('say what was expected, what came and what to do', () => {
    expect(messageOf(() => refuse('simulate: n', 'a number', 'none', 'Give one.'))).toBe(
      'simulate: n: expected a number, received none. Give one.',
    );
    expect(messageOf(() => demand('a', true, 'b', 'c'))).toBeUndefined();
    expect(messageOf(() => demand('a', false, 'b', []))).toBe('a: expected b, received an empty array.');
  });

  it.each([0, -1, 1.5, NaN, Infinity, undefined, null, '', '3'])('refuse %s as a count', (value) => {
    expect(messageOf(() => requireCount('n', value as number))).toContain('a positive whole number');
  });

  it('take counts from their least value on', () => {
    expect(messageOf(() => requireCount('n', 1))).toBeUndefined();
    expect(messageOf(() => requireCount('n', 0, 0))).toBeUndefined();
    expect(messageOf(() => requireCount('n', 1, 2))).toBe('n: expected a whole number of at least 2, received 1.');
  });

  it.each([NaN, Infinity, undefined, null, '', '1', 2])('refuse %s as a number in (0, 1)', (value) => {
    const check = (): void => requireNumber('r', value as number, 'a number in (0, 1)', (r) => r > 0 && r < 1);
    expect(messageOf(check)).toContain('a number in (0, 1)');
  });

  it.each([0, -1, NaN, null, ''])('refuse %s as a positive number', (value) => {
    expect(messageOf(() => requirePositive('r', value as number))).toContain('a positive number');
    expect(messageOf(() => requirePositive('r', 0.1))).toBeUndefined();
  });

  it('name the first entry that is wrong', () => {
    const check = (): void => requireEach('std', [1, 2, -3], 'positive numbers', (value) => value > 0);
    expect(messageOf(check)).toBe('std: expected positive numbers, received -3 at 2.');
  });

  it('list the values that are known', () => {
    expect(messageOf(() => requireOneOf('trace', 'x' as string, ['exact', 'hutchinson']))).toBe(
      'trace: expected exact or hutchinson, received x.',
    );
    expect(messageOf(() => requireOneOf('trace', '', ['a', 'b', 'c']))).toContain('a, b or c, received an empty text');
    expect(messageOf(() => requireOneOf('trace', 'a', ['a', 'b']))).toBeUndefined();
  });

  it('refuse tables of another width', () => {
    expect(messageOf(() => requireColumns('theta', { shape: [3, 2] }, 2))).toBeUndefined();
    expect(messageOf(() => requireColumns('theta', { shape: [3] }, 3, 'parameters'))).toBe(
      'theta: expected rows of 3 parameters, received the shape [3].',
    );
  });
});
