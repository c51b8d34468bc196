import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { notebookNames } from '../../scripts/notebooks/run-notebook.mjs';
import { notebooks, root } from '../../scripts/setup/paths.mjs';

it('every notebook but the quickstart has a smoke budget, and its mode goes into the summary', () => {
  const names = notebookNames();
  expect(names[0]).toBe('00-quickstart');
  for (const name of names.slice(1)) {
    const { cells } = JSON.parse(readFileSync(join(notebooks, `${name}.ipynb`), 'utf8')) as {
      cells: { cell_type: string; source: string[] }[];
    };
    const code = cells.filter(({ cell_type }) => cell_type === 'code').map(({ source }) => source.join(''));
    expect(code.join('\n')).toContain(`['smoke', 'full'].find((name) => name === process.env.SCOREBOOK_BUDGET)`);
    expect(code.join('\n')).toContain('writeSummary({ mode: MODE,');
  }
});

it.each([
  [['--smoke', '--write'], '--smoke checks that notebooks run; its numbers are no results'],
  [['--smoke', '--full'], '--smoke checks that notebooks run; its numbers are no results'],
  [['--jobs', 'two'], '--jobs: expected a whole number of at least 1, received "two".'],
  [['99'], 'There is no notebook "99"; there are: 00-quickstart'],
])('%j are refused before the set-up', (args, message) => {
  const { status, stderr, stdout } = spawnSync(process.execPath, [join(root, 'scripts', 'notebooks.mjs'), ...args], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toContain(message);
});
