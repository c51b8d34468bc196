import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { c2st } from '../../lib/metrics/c2st';
import { c2stPairs, samplesOf } from './fixtures/c2st-pairs';

/**
 * Seeds of ours beside five of theirs. Between seeds a C2ST has a standard deviation s of at most .0076 here, so that
 * the difference of the means has the standard error s sqrt(1/3 + 1/5) <= .0056, and .0048 were it five seeds of ours.
 */
const seeds = [0, 1, 2];
const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('c2st', () => {
  it.each(c2stPairs())(
    "is within 0.01 of what scikit-learn's classifiers give on average: $name, $dim dimensions, $n rows",
    async (pair) => {
      const [a, b] = samplesOf(pair);
      const values: number[] = [];
      for (const seed of seeds) values.push((await c2st(a, b, { seed })).value);
      expect(Math.abs(average(values) - average(pair.scores))).toBeLessThan(0.01);
    },
  );
});
