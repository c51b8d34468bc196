import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from '../simulation/build-worker';

interface Line {
  run: string;
  rows?: { seconds: number }[];
  at?: string;
  error?: { name: string; message: string };
}

let folder = '';
let running: ChildProcess[] = [];
beforeAll(() => build('index.ts'), 300_000);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scorebook-sweep-'));
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running = [];
  rmSync(folder, { recursive: true, force: true });
});

const tell = (what: string): void => writeFileSync(join(folder, what), '');
const told = (what: string): boolean => existsSync(join(folder, what));
const unsay = (what: string): void => rmSync(join(folder, what));

function sweep(jobs: number, options: object = {}, results = 'results') {
  const child = spawn(
    process.execPath,
    [join(__dirname, 'tiny-sweep.mjs'), JSON.stringify({ jobs, options: { folder, ...options } })],
    {
      env: { ...process.env, SCOREBOOK_RESULTS: join(folder, results), TF_CPP_MIN_LOG_LEVEL: '3' },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const ended = new Promise<{ code: number | null; output: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, output })),
  );
  return { child, ended };
}

function lines(results = 'results'): Line[] {
  const path = join(folder, results, 'tiny', 'rows.jsonl');
  return existsSync(path)
    ? readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Line)
    : [];
}

/** The rows without their times, in one order. */
function rows(results = 'results'): string[] {
  return lines(results)
    .flatMap((line) => line.rows ?? [])
    .map(({ seconds: _, ...row }) => JSON.stringify(row))
    .sort();
}

async function until(holds: () => boolean): Promise<void> {
  const end = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error('waited for a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The process that waits in the training of a seed. */
async function waiting(seed: number): Promise<number> {
  await until(() => told(`pid-${seed}`) && readFileSync(join(folder, `pid-${seed}`), 'utf8') !== '');
  const pid = Number(readFileSync(join(folder, `pid-${seed}`), 'utf8'));
  unsay(`pid-${seed}`);
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a sweep', () => {
  it('gives the same rows in two processes as in one, and then finds nothing missing', async () => {
    const small = { settings: ['small'], seeds: [1, 2] };
    const [one, two] = await Promise.all([sweep(1, small, 'one').ended, sweep(2, small, 'two').ended]);
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(rows('one')).toHaveLength(2 * 2);
    expect(rows('two')).toEqual(rows('one'));
    expect(two.output).toContain('2/2 runs (100 %), 0 failed');
    expect(two.output).toContain('2 runs done, 0 failed\n');
    const again = await sweep(1, small, 'two').ended;
    expect(again.code).toBe(0);
    expect(again.output).toContain('Nothing is missing.\n');
  });

  it('records a run that fails, does the others, ends with exit code 1 and tries it again', async () => {
    tell('fail-2');
    const { code, output } = await sweep(1, { settings: ['told'] }).ended;
    const run = 'gaussian-linear-2d/told/exact/budget=100/seed=2';
    const error = { name: 'NonFiniteError', message: 'Training left the finite numbers in epoch 3.' };
    expect(code).toBe(1);
    expect(output).toContain(`2 runs done, 1 failed\n  ${run}, at training: NonFiniteError: ${error.message}\n`);
    expect(lines().filter((line) => line.error)).toEqual([{ run, at: 'training', error }]);
    expect(rows()).toHaveLength(4);
    unsay('fail-2');
    expect((await sweep(1, { settings: ['told'] }).ended).code).toBe(0);
    expect(rows()).toHaveLength(6);
  });

  it('loses one run where its process is killed, and goes on in another', async () => {
    tell('wait-1');
    const { ended } = sweep(1, { settings: ['told'] });
    const pid = await waiting(1);
    unsay('wait-1');
    tell('wait-2');
    tell('wait-3');
    const second = await waiting(2);
    expect(second).toBe(pid);
    process.kill(second, 'SIGKILL');
    const third = await waiting(3);
    expect(third).not.toBe(pid);
    unsay('wait-3');
    const { code } = await ended;
    expect(code).toBe(1);
    expect(lines().map(({ run, error }) => [run.slice(-1), error?.name])).toEqual([
      ['1', undefined],
      ['2', 'ProcessEnded'],
      ['3', undefined],
    ]);
    unsay('wait-2');
    expect((await sweep(1, { settings: ['told'] }).ended).code).toBe(0);
    expect(rows()).toHaveLength(6);
  });

  it('loses the run in progress only where the command itself is killed, and leaves no process behind', async () => {
    tell('wait-2');
    const { child, ended } = sweep(1, { settings: ['told'] });
    const pid = await waiting(2);
    child.kill('SIGKILL');
    await ended;
    await until(() => !isAlive(pid));
    expect(lines().map(({ run }) => run.slice(-1))).toEqual(['1']);
    unsay('wait-2');
    expect((await sweep(1, { settings: ['told'] }).ended).code).toBe(0);
    expect(lines().map(({ run }) => run.slice(-1))).toEqual(['1', '2', '3']);
  });

  it('ends its processes at Ctrl-C, with exit code 130, and nothing is a failure', async () => {
    tell('wait-2');
    tell('wait-3');
    const { child, ended } = sweep(2, { settings: ['told'] });
    const pids = [await waiting(2), await waiting(3)];
    child.kill('SIGINT');
    const { code, output } = await ended;
    expect(code).toBe(130);
    expect(output).toContain('1 runs done, 0 failed, 2 left');
    await until(() => !pids.some(isAlive));
    expect(lines().map(({ run, error }) => [run.slice(-1), error])).toEqual([['1', undefined]]);
  });
});
