import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { calibratedIntervals } from '../../lib/diagnostics/calibrated-intervals';
import { conformalQuantile } from '../../lib/diagnostics/conformal-quantile';
import { uniform } from '../../lib/distributions/uniform';
import { gaussianPairs, type Fault } from './gaussian-pairs';

/** How often intervals that were calibrated on some pairs hold the truths of others, by parameter. */
function held(
  fault: Fault,
  probability: number,
): { shares: number[]; factors: readonly number[]; before: readonly number[] } {
  const count = 500;
  const calibrated = calibratedIntervals(gaussianPairs(1, count, 60, fault), { probability });
  const fresh = gaussianPairs(2, count, 60, fault);
  const shares = [0, 0];
  for (let i = 0; i < count; i++) {
    const rows = Array.from({ length: 60 }, (_, k) =>
      Array.from(fresh.samples.subarray((i * 60 + k) * 2, (i * 60 + k) * 2 + 2)),
    );
    calibrated.of(rows).forEach(({ lower, upper }, d) => {
      const truth = fresh.theta[2 * i + d];
      shares[d] += Number(truth >= lower && truth <= upper) / count;
    });
  }
  return { shares, factors: calibrated.factors, before: calibrated.before };
}

describe('calibratedIntervals', () => {
  it('hold the truths of fresh pairs as often as they say, whatever the posterior', () => {
    for (const fault of [{}, { width: 0.5 }, { width: 2 }, { shift: 1 }, { isPrior: true }]) {
      const { shares } = held(fault, 0.8);
      // both the pairs that calibrate and those that are counted are 500
      const error = Math.sqrt((0.8 * 0.2 * 2) / 500);
      for (const share of shares) expect(Math.abs(share - 0.8)).toBeLessThan(4 * error);
    }
  });

  it('leave right posteriors as they are, and double those of half the width', () => {
    const right = held({}, 0.9);
    for (const [d, factor] of right.factors.entries()) {
      expect(Math.abs(factor - 1)).toBeLessThan(0.15);
      expect(Math.abs(right.before[d] - 0.9)).toBeLessThan(4 * Math.sqrt(0.09 / 500));
    }
    for (const factor of held({ width: 0.5 }, 0.9).factors) expect(Math.abs(factor - 2)).toBeLessThan(0.3);
  });

  it('stay within the support of the prior, and say what was found', () => {
    const prior = uniform({ lower: [-0.1, -9], upper: [0.1, 9] });
    const calibrated = calibratedIntervals(
      { ...gaussianPairs(1, 100, 50, { width: 0.3 }), prior },
      { labels: ['a', 'b'] },
    );
    const [a, b] = calibrated.of(Array.from({ length: 30 }, (_, i) => [i / 30, i / 30]));
    expect([a.name, a.lower, a.upper]).toEqual(['a', expect.closeTo(-0.1, 6), expect.closeTo(0.1, 6)]);
    expect(b.lower).toBeLessThan(-0.1);
    expect(calibrated.verdict).toMatch(
      /Over 100 pairs .* intervals of 90 % held the truth of .* reason to train again/,
    );
  });

  it('refuse a probability that so few pairs cannot give', () => {
    const pairs = gaussianPairs(1, 20, 10);
    expect(() => calibratedIntervals(pairs, { probability: 0.99 })).toThrow(/a number in \(0, 0\.952\] with 20 pairs/);
  });
});

describe('conformalQuantile', () => {
  it('is the ceil((N + 1) p)-th score, Infinity beyond the last', () => {
    const scores = [5, 1, 3, 2, 4, 6, 9, 8, 7];
    expect([0.1, 0.85, 0.9, 0.91].map((p) => conformalQuantile(scores, p))).toEqual([1, 9, 9, Infinity]);
  });
});
