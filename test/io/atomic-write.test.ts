import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFileAtomically } from '../../lib/io/atomic-write';
import { temporaryResults } from './temporary-results';

const folder = temporaryResults();
const at = (...parts: string[]): string => join(folder.path, ...parts);

describe('writeFileAtomically', () => {
  test('makes missing folders, replaces what was there and leaves no temporary file', async () => {
    await writeFileAtomically(at('a', 'b', 'notes.txt'), 'old');
    await writeFileAtomically(at('a', 'b', 'notes.txt'), 'new');
    expect(readFileSync(at('a', 'b', 'notes.txt'), 'utf8')).toBe('new');
    expect(readdirSync(at('a', 'b'))).toEqual(['notes.txt']);
  });

  test('keeps the old content and cleans up where the write fails', async () => {
    mkdirSync(at('taken'));
    writeFileSync(at('taken', 'inside'), '');
    await expect(writeFileAtomically(at('taken'), 'x')).rejects.toThrow();
    expect(readdirSync(folder.path)).toEqual(['taken']);
  });

  test('parallel writers leave one whole content', async () => {
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(50_000));
    await Promise.all(contents.map((content) => writeFileAtomically(at('shared.txt'), content)));
    expect(contents).toContain(readFileSync(at('shared.txt'), 'utf8'));
  });
});
