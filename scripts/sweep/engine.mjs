import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environment } from '../setup/environment.mjs';
import { fingerprint } from '../setup/fingerprint.mjs';
import { enginePython } from './engine-environment.mjs';
import { classOf } from './resources.mjs';
import { writeAtomically } from './run-lines.mjs';

const here = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));

/**
 * Writes what the engine and its jobs read.
 * @param {import('./folder.mjs').SweepFolder} folder
 * @param {readonly import('./plan.mjs').Order[]} orders
 * @param {number} retries
 */
export function writePlan(folder, orders, retries) {
  // what ended in earlier plans is known by its rows
  for (const old of [folder.ended, folder.orders, folder.logs, folder.tickets])
    rmSync(old, { recursive: true, force: true });
  mkdirSync(folder.logs, { recursive: true });
  for (const order of orders) {
    const tickets = join(folder.tickets, classOf(order.resources));
    mkdirSync(tickets, { recursive: true });
    writeFileSync(join(tickets, order.job), '');
    writeAtomically(folder.order(order.job), `${JSON.stringify(order)}\n`);
  }
  const plan = {
    node: process.execPath,
    script: here('./run-job.mjs'),
    retries,
    classes: Object.fromEntries(orders.map(({ resources }) => [classOf(resources), resources])),
    jobs: orders.map(({ job, resources }) => ({ name: job, class: classOf(resources) })),
  };
  writeAtomically(folder.plan, `${JSON.stringify(plan, null, 2)}\n`);
}

/**
 * @param {import('./folder.mjs').SweepFolder} folder
 * @param {{ cores: number, profile: { path: string, isSlurm: boolean } | undefined, jobs: number }} where
 */
function engineArguments(folder, { cores, profile, jobs }) {
  const common = ['--snakefile', here('./Snakefile'), '--directory', folder.path, '--configfile', folder.plan];
  // only what is missing is in the plan; this folder is claimed by the command
  const resuming = ['--forceall', '--nolock', '--ignore-incomplete', '--keep-incomplete', '--keep-going'];
  if (!profile) return [...common, ...resuming, '--cores', String(cores)];
  // a limit would hold an array back until all of its jobs may start: the cluster's own queue is the limit
  const all = ['--profile', profile.path, '--jobs', String(jobs), '--scheduler', 'greedy'];
  const named = profile.isSlurm ? ['--slurm-jobname-prefix', jobsPrefix(folder)] : [];
  return [...common, ...resuming, ...all, ...named];
}

/**
 * Starts the engine in the sweep's folder.
 * @param {import('./folder.mjs').SweepFolder} folder
 * @param {Parameters<typeof engineArguments>[1]} where
 */
export function startEngine(folder, where) {
  const logFile = join(folder.path, 'engine.log');
  const log = openSync(logFile, 'w');
  const args = [here('./engine/run_engine.py'), ...engineArguments(folder, where)];
  const child = spawn(enginePython, args, {
    cwd: folder.path,
    // what it keeps of sources lies in the folder as well, so that nodes without a home find it
    env: environment({ PYTHONDONTWRITEBYTECODE: '', XDG_CACHE_HOME: join(folder.path, '.cache') }),
    stdio: ['pipe', log, log],
    // a group of its own, which is ended as a whole
    detached: true,
  });
  closeSync(log);
  const ended = new Promise((/** @type {(code: number | null) => void} */ resolve) => {
    child.on('error', () => resolve(null));
    child.on('exit', (code) => resolve(code));
  });
  const tail = () => readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  /** Ends it and its jobs here, and cancels those on a cluster. */
  const stop = () => child.pid !== undefined && child.exitCode === null && process.kill(-child.pid, 'SIGINT');
  return { pid: child.pid, ended, stop, tail };
}

/** @param {import('./folder.mjs').SweepFolder} folder */
function jobsPrefix({ path }) {
  return `scorebook_${fingerprint([path])}`;
}

/**
 * Cancels what an engine that was killed left with Slurm: the same jobs are about to be submitted again.
 * @param {import('./folder.mjs').SweepFolder} folder
 * @returns how many
 */
export function cancelLeftJobs(folder) {
  const queue = execFileSync('squeue', ['--noheader', '--me', '--array', '--format=%A %j'], { encoding: 'utf8' });
  const left = queue.split('\n').flatMap((line) => {
    const [id, name = ''] = line.trim().split(' ');
    return name.startsWith(jobsPrefix(folder)) ? [id] : [];
  });
  const ids = [...new Set(left)];
  if (ids.length > 0) execFileSync('scancel', ids);
  return left.length;
}
