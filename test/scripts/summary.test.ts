import { expect, it } from 'vitest';
import { summaryLines } from '../../scripts/notebooks/summary.mjs';

it("a summary's lines name what was reached and where the figures of this run lie", () => {
  const row = { task: 'gaussian10d', method: 'Algorithm 2', setting: 'ours', n: 4, metric: 'squared MMD' };
  const rows = [
    { ...row, value: 0.00213, standardError: 0.0004 },
    { ...row, value: 0.5, standardError: null },
  ];
  expect(summaryLines({ rows, figures: ['results/00-quickstart/posterior.svg'] }, '.cache/start')).toEqual([
    'Reached:',
    '  gaussian10d, Algorithm 2 (ours), n = 4: squared MMD 0.0021 +- 4.0e-4',
    '  gaussian10d, Algorithm 2 (ours), n = 4: squared MMD 0.5000',
    'Figures:',
    '  .cache/start/00-quickstart/posterior.svg',
  ]);
});
