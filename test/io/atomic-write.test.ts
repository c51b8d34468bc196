import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFileAtomically, writeFolderAtomically } from '../../lib/io/atomic-write';
import { temporaryResults } from './temporary-results';

const folder = temporaryResults();
const at = (...parts: string[]): string => join(folder.path, ...parts);
const filled = (content: string) => (into: string) => writeFile(join(into, 'weights.bin'), content);

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

describe('writeFolderAtomically', () => {
  test('replaces a folder that is there and returns what the filler returned', async () => {
    await writeFolderAtomically(at('model'), filled('old'));
    writeFileSync(at('model', 'leftover'), '');
    const result = await writeFolderAtomically(at('model'), async (into) => {
      await filled('new')(into);
      mkdirSync(join(into, 'nested'));
      return 7;
    });
    expect(result).toBe(7);
    expect(readFileSync(at('model', 'weights.bin'), 'utf8')).toBe('new');
    expect(readdirSync(at('model')).sort()).toEqual(['nested', 'weights.bin']);
    expect(readdirSync(folder.path)).toEqual(['model']);
  });

  test('keeps the old folder where the filler throws', async () => {
    await writeFolderAtomically(at('model'), filled('old'));
    const broken = writeFolderAtomically(at('model'), async (into) => {
      await filled('half')(into);
      throw new Error('out of memory');
    });
    await expect(broken).rejects.toThrow('out of memory');
    expect(readFileSync(at('model', 'weights.bin'), 'utf8')).toBe('old');
    expect(readdirSync(folder.path)).toEqual(['model']);
  });

  test('a process killed in the midst leaves the old folder as it was', async () => {
    await writeFolderAtomically(at('model'), filled('old'));
    const child = spawnSync(process.execPath, ['-e', killedWriter(), at('model')], { encoding: 'utf8' });
    expect(child.signal).toBe('SIGKILL');
    expect(readFileSync(at('model', 'weights.bin'), 'utf8')).toBe('old');
    expect(existsSync(at('model', 'half'))).toBe(false);
  });
});

/** The module as plain JavaScript, run in a process that kills itself half-way through the write. */
function killedWriter(): string {
  const typescript = JSON.stringify(require.resolve('typescript'));
  const source = JSON.stringify(join(__dirname, '../../lib/io/atomic-write.ts'));
  return `
    const ts = require(${typescript}), fs = require('fs'), path = require('path');
    const code = ts.transpileModule(fs.readFileSync(${source}, 'utf8'), { compilerOptions: { module: 'CommonJS', target: 'ES2022' } }).outputText;
    const exports_ = {};
    new Function('exports', 'require', code)(exports_, require);
    exports_.writeFolderAtomically(process.argv[1], async (into) => {
      fs.writeFileSync(path.join(into, 'half'), 'x');
      process.kill(process.pid, 'SIGKILL');
    });`;
}
