import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Problem } from '../setup/problem.mjs';
import { shareOfCores } from './threads.mjs';
import { secondsLeft } from './time-left.mjs';

/** Milliseconds that a process has to stop in. */
const PATIENCE_MS = 10_000;
const workerFile = fileURLToPath(new URL('./worker.mjs', import.meta.url));

/**
 * @typedef {import('./worker.mjs').Order & { key: string, group: string, notebook: string }} Run
 * @typedef {import('node:child_process').ChildProcess} Child
 * @typedef {{ pid: number | undefined, run?: Run, since: number, ready: boolean, errors: string, child: Child }} Worker
 */

/**
 * Runs what is missing of some experiments in `jobs` processes, one run each at a time; each keeps its rows itself. The
 * first Ctrl-C lets the processes stop, the second one kills them: either way the runs in progress are lost, and the
 * finished ones stay.
 * @param {object} plan
 * @param {string} plan.definition the URL of the module that defines the experiments
 * @param {import('./definition.mjs').Options} plan.options
 * @param {import('./definition.mjs').Part[]} plan.parts
 * @param {number} plan.jobs
 * @param {import('./definition.mjs').Library} plan.library
 * @returns {Promise<number>} the exit code: 0 where nothing failed and nothing is left, 130 where it was stopped
 */
export async function sweep({ definition, options, parts, jobs, library }) {
  const queue = missing(parts, library);
  const total = queue.length;
  if (total === 0) {
    process.stdout.write('Nothing is missing.\n');
    return 0;
  }
  const count = Math.min(jobs, total);
  /** @type {(import('./time-left.mjs').Kind & { seconds: number })[]} */
  const ended = [];
  /** @type {import('scorebook').experiments.RunFailure[]} */
  const failures = [];
  let failedRuns = 0;
  /** @type {Set<Worker>} */
  const workers = new Set();
  let stopping = false;
  /** @type {Problem | undefined} */
  let broken;
  const line = progressLine(total);
  const show = (/** @type {string} */ news) =>
    line.show(
      {
        done: ended.length + failedRuns,
        failed: failedRuns,
        left: secondsLeft(
          [
            ...queue.map((run) => ({ ...run, elapsed: 0 })),
            ...[...workers].flatMap(({ run, since }) => (run ? [{ ...run, elapsed: secondsSince(since) }] : [])),
          ],
          ended,
          count,
        ),
      },
      news,
    );

  /** @type {() => void} */
  let allGone = () => {};
  const gone = new Promise((/** @type {(value: void) => void} */ resolve) => (allGone = resolve));
  const stop = () => {
    if (stopping) return void workers.forEach(({ child }) => child.kill('SIGKILL'));
    stopping = true;
    line.note('Stopping; the runs in progress are lost, the finished ones stay. Again: at once.');
    for (const { child } of workers) if (child.connected) child.send({ stop: true });
    setTimeout(() => workers.forEach(({ child }) => child.kill('SIGKILL')), PATIENCE_MS).unref();
    for (const { child, run } of workers) if (!run) child.disconnect();
  };

  const start = () => {
    const child = fork(workerFile, [JSON.stringify({ definition, options })], {
      env: shareOfCores(count),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    /** @type {Worker} */
    const worker = { pid: child.pid, child, since: 0, ready: false, errors: '' };
    workers.add(worker);
    child.stderr?.on('data', (text) => (worker.errors = `${worker.errors}${text}`.slice(-2000)));
    child.on('message', (/** @type {import('./worker.mjs').Answer} */ answer) => {
      const { run } = worker;
      worker.run = undefined;
      if ('ready' in answer) worker.ready = true;
      else if (run && 'failures' in answer) finish(run, worker, answer.failures);
      else if ('broken' in answer) {
        broken ??= new Problem('The sweep ended at an error of its own; what was finished stays.', answer.broken);
        stop();
      }
      next(worker);
    });
    child.on('error', (error) => (worker.errors += `\n${error.message}`));
    // 'close' never comes where this side disconnects
    Promise.all([
      once(child, 'exit'),
      once(/** @type {import('node:stream').Readable} */ (child.stderr), 'close'),
    ]).then(([[code, signal]]) => isGone(worker, code, signal));
  };

  /**
   * @param {Worker} worker
   * @param {number | null} code
   * @param {string | null} signal
   */
  const isGone = (worker, code, signal) => {
    workers.delete(worker);
    const end = signal ? `by the signal ${signal}` : `with the exit code ${code}`;
    if (!worker.ready && !stopping) {
      broken ??= new Problem(`A process of the sweep ended ${end} before its first run.`, worker.errors);
      stop();
    } else if (worker.run && !stopping) {
      const error = { name: 'ProcessEnded', message: `The process ended ${end}. ${worker.errors}`.trim() };
      const results = library.openResults(worker.run.notebook);
      finish(worker.run, worker, [results.fail(worker.run.key, { at: 'the process', error })]);
    }
    if (!stopping && queue.length > 0 && workers.size < count) start();
    if (workers.size === 0) allGone();
  };

  /**
   * @param {Run} run
   * @param {Worker} worker
   * @param {import('scorebook').experiments.RunFailure[]} failed
   */
  const finish = (run, worker, failed) => {
    failures.push(...failed);
    if (failed.length > 0) failedRuns++;
    else ended.push({ group: run.group, budget: run.budget, seconds: secondsSince(worker.since) });
    show(`${failed.length > 0 ? 'failed' : 'done'}: ${run.key}`);
  };

  /** @param {Worker} worker */
  const next = (worker) => {
    const run = stopping ? undefined : queue.shift();
    if (!run) {
      if (worker.child.connected) worker.child.disconnect();
      return;
    }
    worker.run = run;
    worker.since = performance.now();
    const { experiment, setting, budget, seed } = run;
    worker.child.send({ experiment, setting, budget, seed });
  };

  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM']);
  for (const signal of signals) process.on(signal, stop);
  const clock = line.live ? setInterval(() => show(''), 1000) : undefined;
  try {
    show(`${count} process${count > 1 ? 'es' : ''}`);
    for (let i = 0; i < count; i++) start();
    await gone;
  } finally {
    clearInterval(clock);
    line.end();
    for (const signal of signals) process.off(signal, stop);
  }
  if (broken) throw broken;
  const left = total - ended.length - failedRuns;
  process.stdout.write(`${ended.length} runs done, ${failedRuns} failed${left > 0 ? `, ${left} left` : ''}\n`);
  for (const { run, at, error } of failures)
    process.stdout.write(`  ${run}, at ${at}: ${error.name}: ${error.message}\n`);
  if (failedRuns > 0) process.stdout.write('The same command tries them again.\n');
  return stopping ? 130 : failedRuns > 0 ? 1 : 0;
}

/**
 * The runs that are missing, seed by seed over all experiments, so that a sweep that is stopped has some of everything.
 * @param {import('./definition.mjs').Part[]} parts
 * @param {import('./definition.mjs').Library} library
 * @returns {Run[]}
 */
function missing(parts, library) {
  const runs = parts.flatMap(({ index, notebook, experiment }) =>
    library.experiments
      .missingRuns(experiment, library.openResults(notebook))
      .map(({ key, setting: { id }, budget, seed }) => ({
        experiment: index,
        notebook,
        setting: id,
        budget,
        seed,
        key,
        group: `${experiment.task.name}/${id}`,
      })),
  );
  const order = [...new Set(runs.map(({ seed }) => seed))];
  return order.flatMap((seed) => runs.filter((run) => run.seed === seed));
}

/** @param {number} since */
function secondsSince(since) {
  return (performance.now() - since) / 1000;
}

/**
 * One line of progress on standard error: rewritten in place on a terminal, else a line for each run that ended.
 * @param {number} total
 */
function progressLine(total) {
  const { duration } = createRequire(import.meta.url)('scorebook/dist/notebook/progress-state');
  const live = process.stderr.isTTY === true;
  const began = performance.now();
  let last = '';
  const put = (/** @type {string} */ text) => process.stderr.write(live ? `\r\u001b[K${text}` : `${text}\n`);
  return {
    live,
    /**
     * @param {{ done: number, failed: number, left: number | undefined }} state
     * @param {string} news the last thing that happened
     */
    show({ done, failed, left }, news) {
      if (news) last = news;
      const time = left === undefined ? '' : `, about ${duration(left)} left`;
      const share = Math.floor((100 * done) / total);
      const text = `${done}/${total} runs (${share} %), ${failed} failed, ${duration(secondsSince(began))}${time}, ${last}`;
      put(live ? text.slice(0, (process.stderr.columns ?? 80) - 1) : text);
    },
    /** @param {string} text */
    note: (text) => put(live ? `${text}\n` : text),
    end: () => void (live && process.stderr.write('\n')),
  };
}
