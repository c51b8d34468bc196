import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { loadLibrary } from '../experiments/definition.mjs';
import { runCells } from '../experiments/run-cells.mjs';
import { threads } from '../experiments/threads.mjs';
import { sweepFolder } from './folder.mjs';
import { jobStore } from './job-store.mjs';
import { writeAtomically } from './run-lines.mjs';
import { versionsOf } from './versions.mjs';

/**
 * One job of a sweep, in a process that the engine starts in the sweep's folder: `run-job.mjs <job>`. A run
 * that fails is kept with its error and does not stop the others; the job has ended all the same. Where the process
 * dies, the next attempt goes on with the run that was in progress.
 */
const job = process.argv[2];
const folder = sweepFolder(process.cwd());
/** @type {import('./plan.mjs').Order} */
const order = JSON.parse(readFileSync(folder.order(job), 'utf8'));
// before TensorFlow reads them
Object.assign(process.env, threads(order.resources.threads));

const stop = new AbortController();
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => stop.abort());
// an engine that was killed starts its jobs again, so that nothing is gained by going on beside them
const engine = process.ppid;
setInterval(() => process.ppid !== engine && process.exit(1), 1000).unref();

const library = loadLibrary();
library.host.installHost(library.host.silentHost);
/** @type {import('../experiments/definition.mjs').Definition} */
const module = await import(order.definition);
const parts = module.experiments(library, order.options);
const versionOf = versionsOf(order.definition, parts);
const experiment = parts.find(({ notebook, experiment: { task, settings } }) => {
  const isTask = notebook === order.notebook && task.name === order.task;
  return isTask && settings.some(({ id }) => id === order.runs[0].setting);
})?.experiment;
const setting = experiment?.settings.find(({ id }) => id === order.runs[0].setting);
const version = experiment && setting && versionOf(experiment, setting);
if (!experiment || version !== order.version)
  throw new Error(
    `This job is of version ${order.version}, but here the experiment's is ${version ?? 'not there'}: is this node's ` +
      'clone another, or was it changed after the sweep began?',
  );

const host = hostname();
const began = new Date();
let since = began;
const clock = () => {
  const from = since;
  since = new Date();
  const memoryMB = Math.ceil(process.resourceUsage().maxRSS / 1024);
  return { host, began: from.toISOString(), ended: since.toISOString(), memoryMB };
};
const store = jobStore(folder.rows(order.notebook, job), { version: order.version, ...order.known }, clock);
/** @type {import('scorebook').experiments.RunFailure[]} */
const failures = [];
// runs in which a process died come last, so that they do not take the others with them again
const [open, fresh] = [true, false].map((wanted) => order.runs.filter(({ key }) => store.isOpen(key) === wanted));
for (const run of [...fresh, ...open]) {
  since = new Date();
  store.begin(run.key);
  failures.push(...(await runCells(library, experiment, run, store, stop.signal)));
}
writeAtomically(
  folder.end(job),
  `${JSON.stringify({ job, host, began, ended: new Date(), failures: failures.length })}\n`,
);
process.exit(0);
