import { availableParallelism } from 'node:os';

/**
 * The variables by which TensorFlow takes so many threads in a process, and in those that it starts.
 * @param {number} count
 */
export function threads(count) {
  return {
    TF_NUM_INTRAOP_THREADS: String(count),
    TF_NUM_INTEROP_THREADS: String(count),
    OMP_NUM_THREADS: String(count),
  };
}

/**
 * The environment of one of `jobs` processes: each has its share of the cores, unless the user's environment says
 * otherwise.
 * @param {number} jobs
 * @param {NodeJS.ProcessEnv} [inherited]
 * @param {number} [cores]
 * @returns {NodeJS.ProcessEnv}
 */
export function shareOfCores(jobs, inherited = process.env, cores = availableParallelism()) {
  return { ...threads(Math.max(1, Math.floor(cores / jobs))), ...inherited };
}
