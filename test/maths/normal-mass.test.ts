import { describe, expect, it } from 'vitest';
import { normalMass } from '../../lib/maths/normal-mass';

const close = (value: number, expected: number): void => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-12);

describe('normalMass', () => {
  it('is known between -1 and 1, and in the tails down to the smallest numbers', () => {
    close(normalMass(-1, 1), 0.6826894921370859);
    close(normalMass(3, Infinity), 0.0013498980316300946);
    close(normalMass(8, Infinity), 6.220960574271784e-16);
    close(normalMass(-Infinity, -20), 2.753624118606234e-89);
    expect(normalMass(-Infinity, Infinity)).toBe(1);
    expect(normalMass(50, 60)).toBe(0);
  });

  it('adds up over intervals, across the place where its formula changes', () => {
    for (const [a, b, c] of [
      [-4, -3, 0.5],
      [2, 3, 4],
      [2.5, 3.0000001, 9],
    ]) {
      close(normalMass(a, b) + normalMass(b, c), normalMass(a, c));
    }
    const density = Math.exp(-4.5) / Math.sqrt(2 * Math.PI);
    expect(normalMass(2.999, 3.001) / (0.002 * density)).toBeCloseTo(1, 5);
  });

  it('is symmetric', () => {
    expect(normalMass(1, 2)).toBe(normalMass(-2, -1));
  });
});
