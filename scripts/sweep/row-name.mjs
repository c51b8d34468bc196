/**
 * By what a row is told from the others of its notebook: two rows of one name are measured twice.
 * @param {Pick<import('scorebook').ResultRow,
 *   'task' | 'setting' | 'method' | 'budget' | 'seed' | 'n' | 'observation' | 'metric'>} row
 */
export function rowName({ task, setting, method, budget, seed, n, observation, metric }) {
  return JSON.stringify([task, setting, method, budget, seed, n, observation ?? null, metric]);
}
