import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Problem } from '../setup/problem.mjs';
import { progressLine, secondsSince } from './progress-line.mjs';
import { shareOfCores } from './threads.mjs';
import { secondsLeft } from './time-left.mjs';

/** Milliseconds that a process has to stop in. */
const PATIENCE_MS = 10_000;
const workerFile = fileURLToPath(new URL('./worker.mjs', import.meta.url));

/**
 * @typedef {import('./worker.mjs').Order & { key: string, group: string, notebook: string }} Run
 * @typedef {import('node:child_process').ChildProcess} Child
 * @typedef {{ run?: Run, since: number, ready: boolean, errors: string, child: Child }} Worker
 *
 * @typedef {object} Plan
 * @property {string} definition the URL of the module that defines the experiments
 * @property {import('./definition.mjs').Options} options
 * @property {import('./definition.mjs').Part[]} parts
 * @property {number} jobs
 * @property {import('./definition.mjs').Library} library
 */

/**
 * Runs what is missing of some experiments in `jobs` processes, one run each at a time; each keeps its rows itself. The
 * first Ctrl-C lets the processes stop, the second one kills them: either way the runs in progress are lost, and the
 * finished ones stay.
 * @param {Plan} plan
 * @returns {Promise<number>} the exit code: 0 where nothing failed and nothing is left, 130 where it was stopped
 */
export async function sweep(plan) {
  const queue = missing(plan.parts, plan.library);
  if (queue.length === 0) {
    process.stdout.write('Nothing is missing.\n');
    return 0;
  }
  return new Sweep(plan, queue).run();
}

/** The processes of a sweep, what they still have to do, and what came of it. */
class Sweep {
  /** @type {(import('./time-left.mjs').Kind & { seconds: number })[]} */
  #ended = [];
  /** @type {import('scorebook').experiments.RunFailure[]} */
  #failures = [];
  #failedRuns = 0;
  /** @type {Set<Worker>} */
  #workers = new Set();
  #stopping = false;
  /** @type {Problem | undefined} */
  #broken;
  /** @type {() => void} */
  #allGone = () => {};
  #order;
  #library;
  #queue;
  #total;
  #count;
  #line;

  /**
   * @param {Plan} plan
   * @param {Run[]} queue
   */
  constructor({ definition, options, jobs, library }, queue) {
    this.#order = JSON.stringify({ definition, options });
    this.#library = library;
    this.#queue = queue;
    this.#total = queue.length;
    this.#count = Math.min(jobs, queue.length);
    this.#line = progressLine(queue.length);
  }

  /** @returns {Promise<number>} the exit code */
  async run() {
    const gone = new Promise((/** @type {(value: void) => void} */ resolve) => (this.#allGone = resolve));
    const signals = /** @type {const} */ (['SIGINT', 'SIGTERM']);
    const stop = () => this.#stop();
    for (const signal of signals) process.on(signal, stop);
    const clock = this.#line.live ? setInterval(() => this.#show(''), 1000) : undefined;
    try {
      this.#show(`${this.#count} process${this.#count > 1 ? 'es' : ''}`);
      for (let i = 0; i < this.#count; i++) this.#start();
      await gone;
    } finally {
      clearInterval(clock);
      this.#line.end();
      for (const signal of signals) process.off(signal, stop);
    }
    if (this.#broken) throw this.#broken;
    return this.#report();
  }

  #start() {
    const child = fork(workerFile, [this.#order], {
      env: shareOfCores(this.#count),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    /** @type {Worker} */
    const worker = { child, since: 0, ready: false, errors: '' };
    this.#workers.add(worker);
    child.stderr?.on('data', (text) => (worker.errors = `${worker.errors}${text}`.slice(-2000)));
    child.on('message', (/** @type {import('./worker.mjs').Answer} */ answer) => this.#answered(worker, answer));
    child.on('error', (error) => (worker.errors += `\n${error.message}`));
    // 'close' never comes where this side disconnects
    Promise.all([
      once(child, 'exit'),
      once(/** @type {import('node:stream').Readable} */ (child.stderr), 'close'),
    ]).then(([[code, signal]]) => this.#isGone(worker, code, signal));
  }

  /**
   * @param {Worker} worker
   * @param {import('./worker.mjs').Answer} answer
   */
  #answered(worker, answer) {
    const { run } = worker;
    worker.run = undefined;
    if ('ready' in answer) worker.ready = true;
    else if (run && 'failures' in answer) this.#finish(run, worker, answer.failures);
    else if ('broken' in answer)
      this.#breakOff('The sweep ended at an error of its own; what was finished stays.', answer.broken);
    this.#next(worker);
  }

  /** @param {Worker} worker */
  #next(worker) {
    const run = this.#stopping ? undefined : this.#queue.shift();
    if (!run) {
      if (worker.child.connected) worker.child.disconnect();
      return;
    }
    worker.run = run;
    worker.since = performance.now();
    const { experiment, setting, budget, seed, observation } = run;
    worker.child.send({ experiment, setting, budget, seed, observation });
  }

  /**
   * @param {Run} run
   * @param {Worker} worker
   * @param {import('scorebook').experiments.RunFailure[]} failed
   */
  #finish(run, worker, failed) {
    this.#failures.push(...failed);
    if (failed.length > 0) this.#failedRuns++;
    else this.#ended.push({ group: run.group, budget: run.budget, seconds: secondsSince(worker.since) });
    this.#show(`${failed.length > 0 ? 'failed' : 'done'}: ${run.key}`);
  }

  /**
   * @param {Worker} worker
   * @param {number | null} code
   * @param {string | null} signal
   */
  #isGone(worker, code, signal) {
    this.#workers.delete(worker);
    const end = signal ? `by the signal ${signal}` : `with the exit code ${code}`;
    if (!worker.ready && !this.#stopping)
      this.#breakOff(`A process of the sweep ended ${end} before its first run.`, worker.errors);
    else if (worker.run && !this.#stopping) {
      const error = { name: 'ProcessEnded', message: `The process ended ${end}. ${worker.errors}`.trim() };
      const results = this.#library.openResults(worker.run.notebook);
      this.#finish(worker.run, worker, [results.fail(worker.run.key, { at: 'the process', error })]);
    }
    if (!this.#stopping && this.#queue.length > 0 && this.#workers.size < this.#count) this.#start();
    if (this.#workers.size === 0) this.#allGone();
  }

  #stop() {
    if (this.#stopping) return this.#kill();
    this.#stopping = true;
    this.#line.note('Stopping; the runs in progress are lost, the finished ones stay. Again: at once.');
    for (const { child } of this.#workers) if (child.connected) child.send({ stop: true });
    setTimeout(() => this.#kill(), PATIENCE_MS).unref();
    for (const { child, run } of this.#workers) if (!run) child.disconnect();
  }

  #kill() {
    for (const { child } of this.#workers) child.kill('SIGKILL');
  }

  /**
   * @param {string} what
   * @param {string} why
   */
  #breakOff(what, why) {
    this.#broken ??= new Problem(what, why);
    this.#stop();
  }

  /** @param {string} news */
  #show(news) {
    const inProgress = [...this.#workers].flatMap(({ run, since }) =>
      run ? [{ ...run, elapsed: secondsSince(since) }] : [],
    );
    const waiting = this.#queue.map((run) => ({ ...run, elapsed: 0 }));
    const left = secondsLeft([...waiting, ...inProgress], this.#ended, this.#count);
    this.#line.show({ done: this.#ended.length + this.#failedRuns, failed: this.#failedRuns, left }, news);
  }

  #report() {
    const done = this.#ended.length;
    const failed = this.#failedRuns;
    const left = this.#total - done - failed;
    process.stdout.write(`${done} runs done, ${failed} failed${left > 0 ? `, ${left} left` : ''}\n`);
    for (const { run, at, error } of this.#failures)
      process.stdout.write(`  ${run}, at ${at}: ${error.name}: ${error.message}\n`);
    if (failed > 0) process.stdout.write('The same command tries them again.\n');
    return this.#stopping ? 130 : failed > 0 ? 1 : 0;
  }
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
      .map(({ key, setting: { id }, budget, seed, observation }) => ({
        experiment: index,
        notebook,
        setting: id,
        budget,
        seed,
        observation,
        key,
        group: `${experiment.task.name}/${id}`,
      })),
  );
  const order = [...new Set(runs.map(({ seed }) => seed))];
  return order.flatMap((seed) => runs.filter((run) => run.seed === seed));
}
