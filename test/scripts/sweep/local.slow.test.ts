import { readFileSync, rmSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../simulation/build-worker';
import { bytes, endSweeps, kept, merged, noEngine, startSweep, until } from './cells';

const minutes = 60_000;
const seeds = Array.from({ length: 20 }, (_, i) => i + 1);
/** 40 runs, which take a quarter of a second. */
const cells = { seeds, ms: 250 };
const inJobsOf = (runsPerJob: number) => ({ minutes: 1, threads: 1, runsPerJob });

let folder = '';
const results = (name: string): string => join(folder, name);

if (noEngine) console.warn(`Skipped, sweeps on the local engine: ${noEngine}`);

describe.skipIf(noEngine)('a sweep on the local engine', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scorebook-sweep-'));
    await build('index.ts');
    const { code, output } = await startSweep(results('whole'), { options: cells, jobs: inJobsOf(20) }).ended;
    expect(output).toContain('40 runs in 2 jobs\n');
    expect(code).toBe(0);
  }, 10 * minutes);
  afterAll(() => {
    endSweeps();
    rmSync(folder, { recursive: true, force: true });
  });

  it(
    'that is killed twice gives the same bytes as one that is not, whatever its jobs, and runs nothing twice',
    async () => {
      const killed = results('killed');
      for (const least of [8, 22]) {
        const { child, ended } = startSweep(killed, { options: cells, cores: 2, jobs: inJobsOf(10) });
        await until(() => kept(killed).length >= least);
        child.kill('SIGKILL');
        await ended;
        // the engine and its jobs end with the command
        let before = -1;
        while (before !== kept(killed).length) {
          before = kept(killed).length;
          await new Promise((resolve) => setTimeout(resolve, 3000));
        }
        expect(before).toBeLessThan(40);
      }
      const soFar = new Map(merged(killed).map((line) => [line.run, line.ended]));
      const { code, output } = await startSweep(killed, { options: cells, cores: 2, jobs: inJobsOf(7) }).ended;
      expect(output).not.toContain('40 runs in');
      expect(code).toBe(0);
      expect(new Set(kept(killed)).size).toBe(kept(killed).length);
      for (const [run, ended] of soFar) expect(merged(killed).find((line) => line.run === run)?.ended).toBe(ended);
      expect(bytes(killed)).toBe(bytes(results('whole')));
      expect(bytes(killed).split('\n')).toHaveLength(40 + 1);
      const again = await startSweep(killed, { options: cells }).ended;
      expect(again.output).toContain('Nothing is missing.\n');
    },
    10 * minutes,
  );

  it(
    'whose definition changed in one setting runs the cells of that setting only, once it is told so',
    async () => {
      const whole = results('whole');
      const changed = { options: { ...cells, shifts: { left: -1, right: 2 } }, jobs: inJobsOf(20) };
      const old = new Map(merged(whole).map((line) => [line.run, line]));
      const refused = await startSweep(whole, changed).ended;
      expect(refused.code).toBe(1);
      expect(refused.output).toContain('20 finished runs of what is wanted are of another version');
      expect([...merged(whole)]).toEqual([...old.values()]);
      const kept = await startSweep(whole, { ...changed, others: 'keep' }).ended;
      expect(kept.output).toContain('Nothing is missing.\n');
      const { code, output } = await startSweep(whole, { ...changed, others: 'replace' }).ended;
      expect(output).toContain('20 runs in 1 jobs\n');
      expect(code).toBe(0);
      const lines = merged(whole);
      expect(lines).toHaveLength(40);
      for (const line of lines) {
        const before = old.get(line.run);
        if (line.run.includes('/left/')) expect(line).toEqual(before);
        else {
          expect(line.version).not.toBe(before?.version);
          expect(line.rows).not.toEqual(before?.rows);
        }
      }
    },
    10 * minutes,
  );

  it(
    'records what fails and what dies, does the rest, reports it, and tries it again',
    async () => {
      const failing = results('failing');
      const deadly = join(folder, 'deadly');
      writeFileSync(deadly, '');
      const options = { seeds: [1, 2, 3, 4], settings: ['left'], failing: [2], dying: [3], deadly };
      const { code, output } = await startSweep(failing, { options, jobs: inJobsOf(2), retries: 1 }).ended;
      expect(code).toBe(1);
      expect(output).toContain('seed=2, at training: NonFiniteError: Training left the finite numbers in epoch 3.\n');
      const lines = merged(failing).map(({ run, error }) => [run.slice(-1), error?.name]);
      expect(lines).toEqual([
        ['1', undefined],
        ['2', 'NonFiniteError'],
        ['3', 'JobEnded'],
        // the process died before this one, which the next attempt took first
        ['4', undefined],
      ]);
      const page = readFileSync(join(failing, 'sweeps', 'tiny', 'report.html'), 'utf8');
      expect(page).toContain('2 of 4 runs done, 0 missing, 2 failed');
      expect(page).toContain('Training left the finite numbers in epoch 3.');
      expect(page).toContain('<svg');
      // whole without a network: nothing is loaded from elsewhere
      expect(page).not.toMatch(/(src|href)="|url\(|@import|<script/);
      rmSync(deadly);
      const again = await startSweep(failing, { options: { ...options, failing: [] }, jobs: inJobsOf(2) }).ended;
      expect(again.output).toContain('2 runs in 1 jobs\n');
      expect(again.code).toBe(0);
      expect(merged(failing).flatMap(({ rows }) => rows ?? [])).toHaveLength(4 * 2);
    },
    10 * minutes,
  );
});
