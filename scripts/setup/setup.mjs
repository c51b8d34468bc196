import { benchmarkData } from './benchmark-data.mjs';
import { gatherFacts } from './facts.mjs';
import { kernel } from './kernel.mjs';
import { library } from './library.mjs';
import { lock } from './lock.mjs';
import { nodePackages } from './node-packages.mjs';
import { nodeProblem, notes, problems } from './prerequisites.mjs';
import { Problem } from './problem.mjs';
import { pythonEnvironment } from './python-environment.mjs';
import { doStep, isDone, isFirstTime } from './steps.mjs';
import { tensorflow } from './tensorflow.mjs';

/** @type {import('./facts.mjs').Facts | undefined} */
let known;
const facts = (neededBytes = 0) => (known ??= gatherFacts(neededBytes));

/**
 * In the order in which they need each other.
 * @type {import('./steps.mjs').Step[]}
 */
export const steps = [
  nodePackages,
  pythonEnvironment(() => facts().python?.command ?? 'python3'),
  tensorflow(() => facts()),
  library,
  kernel,
  benchmarkData,
];

/** Brings the clone into working order; does only what is not already done. */
export async function setUp() {
  const wrongNode = nodeProblem(process.versions.node);
  if (wrongNode) throw new Problem(wrongNode);
  const firstTime = isFirstTime();
  const free = await lock();
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM']);
  for (const signal of signals) process.on(signal, stop);
  try {
    const begin = performance.now();
    const done = await Promise.all(steps.map(isDone));
    if (done.every(Boolean)) {
      const seconds = ((performance.now() - begin) / 1000).toFixed(1);
      process.stdout.write(`Set-up: all ${steps.length} steps are done (checked in ${seconds} s).\n`);
      return;
    }
    await doWhatIsLeft(done, firstTime);
  } finally {
    for (const signal of signals) process.off(signal, stop);
    free();
  }
}

/** A normal exit instead of a sudden one, so that the lock is freed and the running installer is stopped. */
function stop() {
  process.stdout.write('\nStopped. The same command goes on with the step that was stopped.\n');
  process.exit(130);
}

/**
 * @param {boolean[]} done
 * @param {boolean} firstTime
 */
async function doWhatIsLeft(done, firstTime) {
  const begin = performance.now();
  const { found, said } = judge(steps.reduce((sum, { bytes }, i) => sum + (done[i] ? 0 : bytes), 0));
  if (found.length > 0) throw new Problem(found.join('\n'));
  for (const note of said) process.stdout.write(`Note: ${note}\n`);
  process.stdout.write(firstTime ? 'Set-up (a few minutes, this first time):\n' : 'Set-up:\n');
  let changed = false;
  for (const [i, step] of steps.entries()) {
    // A step that was done may have undone a later one: npm ci empties node_modules, the binding's place.
    if (done[i] && (!changed || (await isDone(step)))) continue;
    await doStep(step);
    changed = true;
  }
  process.stdout.write(`Set-up finished in ${((performance.now() - begin) / 1000).toFixed(0)} s.\n`);
}

/** @param {number} bytes */
function judge(bytes) {
  const machine = facts(bytes);
  return { found: problems(machine), said: notes(machine) };
}
