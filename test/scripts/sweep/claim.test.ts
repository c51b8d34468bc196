import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claim } from '../../../scripts/sweep/claim.mjs';

let folder = '';
const file = (): string => join(folder, 'claim.json');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scorebook-claim-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the claim of a folder', () => {
  it('keeps a second command out until it is given back', () => {
    const first = claim(file());
    first.note(7);
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toEqual({ host: hostname(), pid: process.pid, engine: 7 });
    expect(() => claim(file())).toThrow(`The process ${process.pid} on ${hostname()} runs this sweep`);
    first.free();
    expect(existsSync(file())).toBe(false);
    claim(file()).free();
  });

  it('is taken from a process that is gone, but not from one of another host', () => {
    // no process has this number
    writeFileSync(file(), JSON.stringify({ host: hostname(), pid: 2 ** 30 }));
    claim(file()).free();
    writeFileSync(file(), JSON.stringify({ host: 'elsewhere', pid: 2 ** 30 }));
    expect(() => claim(file())).toThrow('on elsewhere runs this sweep');
  });
});
