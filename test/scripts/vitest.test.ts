import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../../scripts/setup/paths.mjs';
import { alone } from '../../scripts/vitest/alone.mjs';
import { slowestLines } from '../../scripts/vitest/slowest.mjs';

it('files that other files of the same process would feel have a process of their own', () => {
  const felt = /\bvi\.(mock|doMock)\(|\bsetBackend\(|\bprocess\.memoryUsage\(/;
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts') && file !== join('scripts', 'vitest.test.ts'))
    .map((file) => join('test', file));
  expect(files.length).toBeGreaterThan(80);
  expect(files.filter((file) => felt.test(readFileSync(join(root, file), 'utf8'))).sort()).toEqual([...alone].sort());
  for (const file of alone) expect(existsSync(join(root, file))).toBe(true);
});

it('the table of the slowest files is in the order of their time, and no longer than asked for', () => {
  const times = [
    { file: 'a.test.ts', load: 100, tests: 50 },
    { file: 'b.test.ts', load: 1_000, tests: 12_345 },
    { file: 'c.test.ts', load: 800, tests: 0 },
  ];
  expect(slowestLines(times, 2).slice(1)).toEqual([
    '  total    load   tests',
    '   13.3     1.0    12.3  b.test.ts',
    '    0.8     0.8     0.0  c.test.ts',
  ]);
  expect(slowestLines(times)).toHaveLength(2 + 3);
});
