import { describe, expect, it } from 'vitest';
import { testCounts } from '../../scripts/ci/counts.mjs';

const file = (status: string, tests: number) => ({
  status,
  assertionResults: Array.from({ length: tests }, () => ({})),
});

describe('testCounts', () => {
  it('counts what passed and failed', () => {
    const report = { numPassedTests: 7, numFailedTests: 2, testResults: [file('passed', 5), file('failed', 4)] };
    expect(testCounts(report, false)).toEqual({ passed: 7, failed: 2 });
  });

  it('counts a file that could not be loaded as one failure', () => {
    const report = { numPassedTests: 5, numFailedTests: 0, testResults: [file('passed', 5), file('failed', 0)] };
    expect(testCounts(report, false)).toEqual({ passed: 5, failed: 1 });
  });

  it('never calls a run good that ended badly or did not report', () => {
    const report = { numPassedTests: 5, numFailedTests: 0, testResults: [file('passed', 5)] };
    expect(testCounts(report, false)).toEqual({ passed: 5, failed: 1 });
    expect(testCounts(undefined, true)).toEqual({ passed: 0, failed: 1 });
  });
});
