/**
 * A run, for what it costs: those of one group and budget cost the same, those of one group as much as their budget.
 * @typedef {{ group: string, budget: number }} Kind
 */

/**
 * How long the rest takes, in seconds; undefined before the first run has ended. A kind that has not ended yet is
 * judged by its group at other budgets, a new group by all others, in proportion to the budget.
 * @param {(Kind & { elapsed: number })[]} left the runs that have not ended, with the seconds that they have been
 * running
 * @param {(Kind & { seconds: number })[]} ended
 * @param {number} jobs
 */
export function secondsLeft(left, ended, jobs) {
  if (ended.length === 0) return undefined;
  const total = left.reduce((sum, run) => {
    const group = ended.filter(({ group }) => group === run.group);
    const same = group.filter(({ budget }) => budget === run.budget);
    const seconds =
      same.length > 0 ? mean(same) : mean((group.length > 0 ? group : ended).map((other) => scaled(other, run.budget)));
    // what takes longer than expected is not about to end for that
    return sum + Math.max(seconds - run.elapsed, seconds / 10);
  }, 0);
  return total / Math.max(1, Math.min(jobs, left.length));
}

/**
 * @param {Kind & { seconds: number }} run
 * @param {number} budget
 */
function scaled(run, budget) {
  return { seconds: (run.seconds * budget) / run.budget };
}

/** @param {{ seconds: number }[]} runs */
function mean(runs) {
  return runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length;
}
