import { describe, expect, it } from 'vitest';
import { numpyRandom } from '../../../lib/tasks/benchmark/numpy-random';

describe('numpyRandom', () => {
  it("gives numpy's RandomState(42).randn(5)", () => {
    const random = numpyRandom(42);
    const numbers = [
      0.4967141530112327, -0.13826430117118466, 0.6476885381006925, 1.5230298564080254, -0.23415337472333597,
    ];
    for (const value of numbers) expect(random.normal()).toBeCloseTo(value, 14);
  });

  it("gives numpy's RandomState(42).permutation(10)", () => {
    expect(numpyRandom(42).permutation(10)).toEqual([8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
  });
});
