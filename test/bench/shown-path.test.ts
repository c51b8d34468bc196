import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shownPath } from '../../bench/shown-path';

describe('the path that the benchmark says it wrote', () => {
  const project = join('/', 'home', 'project');

  it('is that of the file, in a trial that leaves results/ alone, too', () => {
    const trial = join(project, '.cache', 'bench', 'results', 'bench', 'summary.json');
    expect(shownPath(trial, project)).toBe('.cache/bench/results/bench/summary.json');
    expect(shownPath(join(project, 'results', 'bench', 'summary.json'), project)).toBe('results/bench/summary.json');
  });
});
