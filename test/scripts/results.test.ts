import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixed, paragraph, short, span, table, withError } from '../../scripts/results/markdown.mjs';
import { resultsPage, withResults } from '../../scripts/results/pages.mjs';
import { mean, standardError } from '../../scripts/results/statistics.mjs';
import { root } from '../../scripts/setup/paths.mjs';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const remedy = 'stale: run "npm run results"';

describe('the results that are shown', () => {
  it('are those of the committed rows, on their page', () => {
    expect(read('results/README.md') === resultsPage(), `results/README.md is ${remedy}`).toBe(true);
  });

  it('are those of the committed rows, in the README', () => {
    const readme = read('README.md');
    expect(readme === withResults(readme), `README.md is ${remedy}`).toBe(true);
  });

  it('have a place of their own in the README, and nothing else is changed', () => {
    const readme = read('README.md');
    const table = readme.slice(readme.indexOf('| task |'), readme.indexOf('<!-- end of results -->'));
    expect(withResults(readme.replace(table, 'something old\n'))).toBe(withResults(readme));
    expect(() => withResults('# Without a place')).toThrow(/no place for the results/);
  });
});

describe('a figure of the results', () => {
  it('is a mean with the standard error of independent values', () => {
    // variance 5 / 3 by the formula with N - 1, over 4 values
    expect(mean([1, 2, 3, 4])).toBe(2.5);
    expect(standardError([1, 2, 3, 4])).toBeCloseTo(Math.sqrt(5 / 3 / 4), 12);
    expect(standardError([1])).toBeUndefined();
  });

  it('is written with its error where there is one, and zero without a sign', () => {
    expect(withError(0.52389, 0.00662, 3)).toBe('0.524 ± 0.007');
    expect(withError(0.615, undefined, 3)).toBe('0.615');
    expect(fixed(-0.00004, 4)).toBe('0.0000');
    expect(fixed(-0.0004, 4)).toBe('-0.0004');
    expect([0.9674, 12.48, 281.4].map(short)).toEqual(['0.97', '12.5', '281']);
  });

  it('stands in Markdown that a reader of the source can read, too', () => {
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n|---|---|\n| 1 | 2 |');
    expect(
      [
        [3, 1, 2],
        [1, 2],
        [7, 3],
      ].map(span),
    ).toEqual(['1 to 3', '1 and 2', '3 and 7']);
    const lines = paragraph(`${'word '.repeat(60)}\n  end`).split('\n');
    expect(lines.length).toBe(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(120);
  });
});
