import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from '../../simulation/build-worker';
import { bytes, endSweeps, kept, noEngine, startSweep, until } from './cells';

const minutes = 60_000;
const programs = ['slurmctld', 'slurmd', 'munged', 'squeue', 'pgrep', 'setpriv'];
const lacking = programs.filter((name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0);
const missing =
  noEngine ??
  (lacking.length > 0
    ? `${lacking.join(', ')} not there: test/scripts/sweep/slurm.sh install`
    : process.getuid?.() === 0
      ? undefined
      : 'a Slurm of its own needs root');
if (missing) console.warn(`Skipped, sweeps on Slurm: ${missing}`);

/** 40 runs, which take a quarter of a second. */
const options = { seeds: Array.from({ length: 20 }, (_, i) => i + 1), ms: 250 };

let folder = '';
const slurm = (...args: string[]): string =>
  execFileSync(join(__dirname, 'slurm.sh'), [args[0], join(folder, 'slurm'), ...args.slice(1)], { encoding: 'utf8' });
const queue = (): string[] =>
  execFileSync('squeue', ['--noheader', '--array', '--states=all', '--format=%A %T %N %j'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line !== '');

describe.skipIf(missing)('a sweep on Slurm', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scorebook-slurm-'));
    await build('index.ts');
    slurm('start');
    const profile = join(folder, 'profile');
    const ours = readFileSync(join(__dirname, '../../../scripts/sweep/profiles/slurm/config.yaml'), 'utf8');
    const texts = "default-resources:\n  - slurm_partition='all'\n  - slurm_account='tests'\n";
    mkdirSync(profile);
    // the cluster is small and near, so that its state may be asked for often
    writeFileSync(join(profile, 'config.yaml'), `${ours.replace(/: 20$/gm, ': 3')}${texts}`);
  }, 5 * minutes);
  afterAll(() => {
    endSweeps();
    slurm('stop');
    // its controller writes its state as it ends
    rmSync(folder, { recursive: true, force: true, maxRetries: 30, retryDelay: 500 });
  }, 2 * minutes);

  it(
    'whose engine is killed, and then a node, gives the same bytes as one here that is not killed',
    async () => {
      const [here, there] = ['here', 'there'].map((name) => join(folder, name));
      const asked = { options, profile: join(folder, 'profile'), jobs: { minutes: 1, threads: 1, runsPerJob: 10 } };
      const killed = startSweep(there, asked);
      await until(() => kept(there).length >= 5);
      // four jobs of one array, as Slurm sees them
      expect(new Set(queue().map((line) => line.split(' ').at(-1))).size).toBe(1);
      expect(queue()).toHaveLength(4);
      const engine = Number(JSON.parse(readFileSync(join(there, 'sweeps/tiny/claim.json'), 'utf8')).engine);
      process.kill(engine, 'SIGKILL');
      killed.child.kill('SIGKILL');
      await killed.ended;
      expect(kept(there).length).toBeLessThan(40);

      const second = startSweep(there, asked);
      // jobs of the killed engine are cancelled, so that none is run beside its successor
      await until(() => queue().some((line) => line.includes('CANCELLED')));
      const before = kept(there).length;
      await until(() => kept(there).length >= before + 2);
      const running = queue().find((line) => line.includes(' RUNNING '));
      const [, , node] = running!.split(' ');
      slurm('kill-node', node);
      const { code, output } = await second.ended;
      expect(output).toMatch(/40 lines of rows, 0 failed runs; without the clock [0-9a-f]{16}\n/);
      expect(code).toBe(0);

      const whole = await startSweep(here, { options, jobs: { minutes: 1, threads: 1, runsPerJob: 20 } }).ended;
      expect(whole.code).toBe(0);
      expect(bytes(there)).toBe(bytes(here));
      const hash = /without the clock (\w+)/;
      expect(hash.exec(whole.output)?.[1]).toBe(hash.exec(output)?.[1]);
    },
    15 * minutes,
  );
});
