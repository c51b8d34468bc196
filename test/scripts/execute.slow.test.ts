import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { environment } from '../../scripts/setup/environment.mjs';
import { cache, root, venvPython } from '../../scripts/setup/paths.mjs';

const folder = join(cache, 'execute-test');
beforeAll(() => mkdirSync(folder, { recursive: true }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs cells as `npm run notebooks` does; returns the exit code, what was shown and the code cells' printed text. */
function execute(cells: readonly string[]) {
  const [source, target] = ['in.ipynb', 'out.ipynb'].map((name) => join(folder, name));
  const code = cells.map((text) => ({
    cell_type: 'code',
    source: text,
    metadata: { trusted: true, tags: ['kept'] },
    outputs: [],
    execution_count: 7, // of an earlier run, as a committed notebook has them
  }));
  writeFileSync(source, JSON.stringify({ nbformat: 4, nbformat_minor: 4, metadata: { extra: 1 }, cells: code }));
  const script = join(root, 'scripts', 'notebooks', 'execute.py');
  const { status, stdout } = spawnSync(venvPython, ['-B', script, source, target], {
    encoding: 'utf8',
    env: environment(),
  });
  const notebook = JSON.parse(readFileSync(target, 'utf8'));
  const printed = notebook.cells.map((cell: { outputs: { text?: string | string[] }[] }) =>
    cell.outputs.map(({ text }) => (Array.isArray(text) ? text.join('') : (text ?? ''))).join(''),
  );
  return { status, stdout, notebook, printed };
}

it('keeps every line of a burst of output, as one output without what differs between runs', () => {
  const { status, notebook, printed } = execute(['for (let i = 0; i < 3000; i++) console.log(i);']);
  expect(status).toBe(0);
  expect(printed[0].trim().split('\n')).toEqual(Array.from({ length: 3000 }, (_, i) => String(i)));
  expect(notebook.cells[0].outputs).toHaveLength(1);
  expect(notebook.cells[0].metadata).toEqual({ tags: ['kept'] });
  expect(Object.keys(notebook.metadata).sort()).toEqual(['kernelspec', 'language_info']);
});

it('stops at a failed cell, shows it with its error and keeps what ran before', () => {
  const { status, stdout, printed } = execute([
    "console.log('before');",
    "throw new Error('on purpose');",
    "console.log('after');",
  ]);
  expect(status).toBe(1);
  expect(stdout).toContain("throw new Error('on purpose');");
  expect(stdout).toContain('Error: on purpose');
  expect(printed[0]).toBe('before\n');
  expect(printed[2]).toBe('');
});

it('refuses a cell with a type error before it runs', () => {
  const { status, stdout } = execute(["const n: number = 'one'; console.log('ran');"]);
  expect(status).toBe(1);
  expect(stdout).toContain("Type 'string' is not assignable to type 'number'");
});

it('takes shorthand properties of names from earlier cells', () => {
  const { status, printed } = execute([
    'const prior = 2; function twice({ prior }: { prior: number }) { return 2 * prior; }',
    'console.log(twice({ prior }), [1].map((seed) => ({ prior, seed })));',
  ]);
  expect(status).toBe(0);
  expect(printed[1]).toBe('4 [ { prior: 2, seed: 1 } ]\n');
});
