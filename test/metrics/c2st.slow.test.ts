import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { c2st } from '../../lib/metrics/c2st';
import { c2stPairs, samplesOf } from './fixtures/c2st-pairs';

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('c2st', () => {
  it.each(c2stPairs())(
    "is within 0.01 of what scikit-learn's classifiers give on average: $name, $dim dimensions, $n rows",
    async (pair) => {
      const [a, b] = samplesOf(pair);
      const values: number[] = [];
      for (const seed of pair.scores.keys()) values.push((await c2st(a, b, { seed })).value);
      expect(Math.abs(average(values) - average(pair.scores))).toBeLessThan(0.01);
    },
  );
});
