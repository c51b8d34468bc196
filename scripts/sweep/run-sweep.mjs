import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../setup/problem.mjs';
import { claim } from './claim.mjs';
import { makeEngine } from './deploy.mjs';
import { cancelLeftJobs, startEngine, writePlan } from './engine.mjs';
import { sweepFolder } from './folder.mjs';
import { jobStore } from './job-store.mjs';
import { mergeInto } from './merge.mjs';
import { currentVersions, planJobs } from './plan.mjs';
import { findProfile } from './profile.mjs';
import { writeReport } from './report.mjs';
import { isFinished, textWithoutClock } from './run-lines.mjs';
import { versionsOf } from './versions.mjs';

/** Milliseconds between two looks at what the jobs have done. */
const LOOK_MS = 2000;
/** Milliseconds between two merges, of rows that notebooks may read. */
const MERGE_MS = 30_000;

/**
 * @typedef {Pick<import('./arguments.mjs').SweepAsked, 'cores' | 'profile' | 'jobs' | 'retries' | 'others' | 'report'>
 *   & Pick<import('./plan.mjs').Wanted, 'definition' | 'options' | 'parts' | 'library'>
 *   & { path: string, isTrial: boolean }} Asked what is to be run, and the sweep's folder
 */

/**
 * Runs what is missing of some experiments as jobs of an engine, and merges their rows; a sweep that was stopped or
 * killed goes on where it was.
 * @param {Asked} asked
 * @returns {Promise<number>} the exit code: 0 where nothing failed and nothing is left, 130 where it was stopped
 */
export async function runSweep(asked) {
  mkdirSync(asked.path, { recursive: true });
  const folder = sweepFolder(realpathSync(asked.path));
  const wanted = { ...asked, folder, version: versionsOf(asked.definition, asked.parts) };
  const merge = () => mergeAll(wanted);
  if (asked.report) {
    merge();
    await writeReport(wanted);
    process.stdout.write(`${folder.report}\n`);
    return 0;
  }
  const profile = asked.profile === undefined ? undefined : findProfile(asked.profile);
  const orders = planJobs(wanted);
  const runs = orders.reduce((sum, order) => sum + order.runs.length, 0);
  process.stdout.write(runs === 0 ? 'Nothing is missing.\n' : `${runs} runs in ${orders.length} jobs\n`);
  if (asked.isTrial) {
    for (const order of orders) process.stdout.write(`  ${describe(order)}\n`);
    return 0;
  }
  const claimed = claim(join(folder.path, 'claim.json'));
  try {
    if (runs === 0) return closing(merge(), 0);
    await makeEngine();
    if (profile?.isSlurm) cancelLeftJobs(folder);
    writePlan(folder, orders, asked.retries);
    const started = startEngine(folder, { cores: asked.cores, profile, jobs: orders.length });
    claimed.note(started.pid);
    return await follow(wanted, orders, started);
  } finally {
    claimed.free();
  }
}

/**
 * @typedef {Asked & import('./plan.mjs').Wanted} Wanted
 * @typedef {import('./plan.mjs').Order} Order
 */

/**
 * Waits for the engine, and merges what its jobs have done meanwhile.
 * @param {Wanted} wanted
 * @param {readonly Order[]} orders
 * @param {ReturnType<typeof startEngine>} engine
 */
async function follow(wanted, orders, engine) {
  let stopped = false;
  const stop = () => {
    if (!stopped) process.stderr.write('Stopping: the jobs in progress are ended, finished runs stay.\n');
    stopped = true;
    engine.stop();
  };
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM']);
  for (const signal of signals) process.on(signal, stop);
  let told = '';
  const look = setInterval(() => {
    const news = `${wanted.folder.endedJobs().size}/${orders.length} jobs have ended`;
    if (news !== told) process.stderr.write(`${news}\n`);
    told = news;
  }, LOOK_MS);
  const merging = setInterval(() => mergeAll(wanted), MERGE_MS);
  const code = await engine.ended;
  clearInterval(look);
  clearInterval(merging);
  for (const signal of signals) process.off(signal, stop);
  const ended = wanted.folder.endedJobs();
  const open = orders.filter(({ job }) => !ended.has(job));
  if (code !== 0 && !stopped) {
    const hasBegun = orders.some(({ job }) => existsSync(wanted.folder.log(job)));
    if (open.length === 0 || !hasBegun)
      throw new Problem('The engine ended at an error of its own; what was finished stays.', engine.tail());
    keepDeaths(wanted, open);
  }
  const lines = mergeAll(wanted);
  await writeReport(wanted);
  return stopped ? 130 : closing(lines, open.length);
}

/**
 * @param {readonly (import('./run-lines.mjs').SweptLine)[]} lines of the experiments that were wanted
 * @param {number} left jobs
 */
function closing(lines, left) {
  const finished = lines.filter(isFinished);
  const failed = lines.filter((line) => line.error);
  const hash = createHash('sha256').update(textWithoutClock(finished)).digest('hex').slice(0, 16);
  process.stdout.write(`${finished.length} lines of rows, ${failed.length} failed runs; without the clock ${hash}\n`);
  for (const { run, at, error } of failed)
    process.stdout.write(`  ${run}, at ${at}: ${error?.name}: ${error?.message.split('\n')[0]}\n`);
  if (failed.length > 0 || left > 0) process.stdout.write('The same command tries again what failed.\n');
  return failed.length > 0 || left > 0 ? 1 : 0;
}

/**
 * Merges the rows of all notebooks of a sweep.
 * @param {Wanted} wanted
 * @returns the lines of the current versions
 */
function mergeAll(wanted) {
  const { parts, folder } = wanted;
  const notebooks = [...new Set(parts.map(({ notebook }) => notebook))];
  return notebooks.flatMap((notebook) => {
    const ofIt = parts.filter((part) => part.notebook === notebook);
    const current = new Set(ofIt.flatMap(({ experiment }) => [...currentVersions(wanted, experiment)]));
    return mergeInto(folder, notebook, current).filter(({ version }) => version !== undefined && current.has(version));
  });
}

/**
 * Records the runs of jobs that died at each attempt as failed, with the end of what the last one printed.
 * @param {Wanted} wanted
 * @param {readonly Order[]} orders those that have not come to their end
 */
function keepDeaths({ folder }, orders) {
  for (const { job, notebook, version, known, runs } of orders) {
    const log = folder.log(job);
    const printed = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().slice(-1000) : '';
    const message = printed || 'It ended without a word: killed, or out of memory or time.';
    const now = new Date().toISOString();
    const store = jobStore(folder.rows(notebook, job), { version, ...known }, () => ({ began: now, ended: now }));
    const told = folder.linesOf(notebook, job).filter((line) => line.version === version && !line.isOpen);
    for (const { key } of runs)
      if (!told.some(({ run }) => run === key))
        store.fail(key, { at: 'the job', error: { name: 'JobEnded', message } });
  }
}

/** @param {Order} order */
function describe({ job, runs, resources: { threads, memoryMB, minutes } }) {
  return `${job}: ${runs.length} runs, ${threads} threads, ${memoryMB} MB, ${minutes} minutes`;
}
