import { availableParallelism } from 'node:os';

/**
 * The environment of one of `jobs` processes: each has its share of the cores, unless the user's environment says otherwise.
 * @param {number} jobs
 * @param {NodeJS.ProcessEnv} [inherited]
 * @param {number} [cores]
 * @returns {NodeJS.ProcessEnv}
 */
export function shareOfCores(jobs, inherited = process.env, cores = availableParallelism()) {
  const threads = String(Math.max(1, Math.floor(cores / jobs)));
  return {
    TF_NUM_INTRAOP_THREADS: threads,
    TF_NUM_INTEROP_THREADS: threads,
    OMP_NUM_THREADS: threads,
    ...inherited,
  };
}
