import { relative } from 'node:path';

/**
 * @typedef {object} FileTime
 * @property {string} file
 * @property {number} load milliseconds until its tests were known: importing what it tests
 * @property {number} tests milliseconds of its tests
 */

/** @param {number} milliseconds */
const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1).padStart(7);

/**
 * A table of the files that took longest.
 * @param {readonly FileTime[]} times
 * @param {number} [count]
 * @returns {string[]}
 */
export function slowestLines(times, count = 15) {
  const total = (/** @type {FileTime} */ { load, tests }) => load + tests;
  const lines = [...times]
    .sort((a, b) => total(b) - total(a))
    .slice(0, count)
    .map((time) => `${seconds(total(time))} ${seconds(time.load)} ${seconds(time.tests)}  ${time.file}`);
  return ['The slowest files, in seconds:', '  total    load   tests', ...lines];
}

/** A reporter for vitest that ends the run with this table. */
export class Slowest {
  /** @param {readonly import('vitest/node').TestModule[]} modules */
  onTestRunEnd(modules) {
    const times = modules.map((module) => {
      const { prepareDuration, environmentSetupDuration, setupDuration, collectDuration, duration } =
        module.diagnostic();
      const load = prepareDuration + environmentSetupDuration + setupDuration + collectDuration;
      return { file: relative(process.cwd(), module.moduleId), load, tests: duration };
    });
    if (times.length > 1) process.stdout.write(`\n${slowestLines(times).join('\n')}\n`);
  }
}
