/**
 * What a job may take. Jobs of one class go to the engine together, as one array, so that there are few classes.
 * @typedef {{ threads: number, memoryMB: number, minutes: number }} Resources
 */

const minutesOfClasses = [10, 30, 60, 120, 240, 480, 1440, 2880];
const memoryOfClasses = [1024, 2048, 4096, 8192, 16_384, 32_768];
/** Of runs of which nothing is measured. */
const unmeasured = { memoryMB: 4096, minutes: 240 };
/** How much more than measured is asked for: nodes differ, and share their memory bandwidth. */
const margin = { memory: 1.5, minutes: 3 };
/** Start of a process: Node, TensorFlow, the library. */
const startSeconds = 10;

/**
 * What so many runs of one kind may take in one job; an attempt after a failed one takes twice as much.
 * @param {import('../experiments/time-left.mjs').Kind} kind
 * @param {number} runs
 * @param {number} threads
 * @param {readonly import('./measured.mjs').Cost[]} measured
 * @returns {Resources}
 */
export function resourcesOf(kind, runs, threads, measured) {
  const seconds = secondsOf(kind, measured);
  const held = measured.flatMap(({ group, memoryMB }) => (group === kind.group && memoryMB ? [memoryMB] : []));
  const minutes = seconds === undefined ? unmeasured.minutes : (margin.minutes * (startSeconds + runs * seconds)) / 60;
  const memoryMB = held.length === 0 ? unmeasured.memoryMB : margin.memory * Math.max(...held);
  return {
    threads,
    memoryMB: atLeast(memoryOfClasses, memoryMB),
    minutes: atLeast(minutesOfClasses, minutes),
  };
}

/**
 * How many runs of a kind fill a job; one where nothing is measured.
 * @param {import('../experiments/time-left.mjs').Kind} kind
 * @param {number} minutes
 * @param {readonly import('./measured.mjs').Cost[]} measured
 */
export function runsPerJob(kind, minutes, measured) {
  const seconds = secondsOf(kind, measured);
  return seconds === undefined ? 1 : Math.max(1, Math.floor((60 * minutes) / Math.max(seconds, 0.1)));
}

/**
 * What a run takes; undefined where nothing of its task and setting is measured. Of other budgets, a larger one is an
 * upper bound, and from a smaller one it grows in proportion.
 * @param {import('../experiments/time-left.mjs').Kind} kind
 * @param {readonly import('./measured.mjs').Cost[]} measured
 */
function secondsOf({ group, budget }, measured) {
  const known = measured.filter((cost) => cost.group === group);
  const same = known.filter((cost) => cost.budget === budget).map(({ seconds }) => seconds);
  if (same.length > 0) return same.reduce((sum, seconds) => sum + seconds, 0) / same.length;
  const others = known.map((other) => other.seconds * Math.max(1, budget / other.budget));
  return others.length === 0 ? undefined : Math.max(...others);
}

/**
 * @param {readonly number[]} classes
 * @param {number} needed
 */
function atLeast(classes, needed) {
  return classes.find((value) => value >= needed) ?? Math.ceil(needed);
}

/** @param {Resources} resources */
export function classOf({ threads, memoryMB, minutes }) {
  return `${threads}_${memoryMB}_${minutes}`;
}
