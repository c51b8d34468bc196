import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { explainFailure } from './explain-failure.mjs';
import { fingerprint } from './fingerprint.mjs';
import { cache, root } from './paths.mjs';
import { Problem } from './problem.mjs';
import { CommandFailed, logged } from './run.mjs';

/**
 * Runs a command and keeps what it prints in the step's log.
 * @typedef {ReturnType<typeof logged>} Run
 */

/**
 * One step of the set-up. It counts as done when its stamp, written only at its end, bears the hash of the present
 * inputs *and* its result is really there: an interrupted or damaged step is thus done again.
 * @typedef {object} Step
 * @property {string} name
 * @property {string} does what it does, in a few words for the screen
 * @property {number} bytes what it adds to the disk, roughly
 * @property {string} [registry] how a message names the registry that it needs
 * @property {() => string[]} inputs all that its result depends on
 * @property {() => boolean | Promise<boolean>} isThere a cheap look at the real result
 * @property {(run: Run) => Promise<string | void>} make does it; may return a note for the screen
 */

/** @param {Step} step */
const stampFile = (step) => join(cache, 'setup', `${step.name.replaceAll(' ', '-')}.json`);

/**
 * @param {Step} step
 * @returns {Promise<boolean>}
 */
export async function isDone(step) {
  try {
    const stamp = JSON.parse(readFileSync(stampFile(step), 'utf8'));
    return stamp.inputs === fingerprint(step.inputs()) && (await step.isThere());
  } catch {
    return false;
  }
}

/**
 * Writes the stamp of a finished step, at once or not at all.
 * @param {Step} step
 * @param {number} seconds
 */
export function writeStamp(step, seconds = 0) {
  const file = stampFile(step);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(`${file}.tmp`, JSON.stringify({ inputs: fingerprint(step.inputs()), seconds }));
  renameSync(`${file}.tmp`, file);
}

/**
 * Does one step, with its line on the screen.
 * @param {Step} step
 * @throws Problem with the end of the log, and a sentence where the failure is a known one
 */
export async function doStep(step) {
  const begin = performance.now();
  rmSync(stampFile(step), { force: true });
  process.stdout.write(`  ${step.name.padEnd(20)} ${step.does} ... `);
  try {
    const note = await step.make(logged(step.name.replaceAll(' ', '-')));
    if (!(await step.isThere()))
      throw new Problem(`The step "${step.name}" ended, but its result is not there: please report this.`);
    const seconds = (performance.now() - begin) / 1000;
    writeStamp(step, seconds);
    process.stdout.write(`${seconds.toFixed(1)} s\n${note ? `  ${''.padEnd(20)} ${note}\n` : ''}`);
  } catch (error) {
    process.stdout.write('failed\n');
    if (!(error instanceof CommandFailed)) throw error;
    const known = explainFailure(error.log, step.registry ?? 'A package registry');
    const log = relative(root, error.logFile);
    throw new Problem(
      known ?? `The step "${step.name}" failed: ${error.message}; its whole log is ${log}.`,
      error.tail,
    );
  }
}

/** Whether any step was ever begun here, so that a first set-up can say what is coming. */
export function isFirstTime() {
  return !existsSync(join(cache, 'setup'));
}
