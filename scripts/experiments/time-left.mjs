/**
 * How long the rest takes, in seconds; undefined before the first run has ended. A kind of run that has not ended yet counts as the mean
 * of those that have.
 * @param {{ kind: string, elapsed: number }[]} left the runs that have not ended, with the seconds that they have been running
 * @param {{ kind: string, seconds: number }[]} ended
 * @param {number} jobs
 */
export function secondsLeft(left, ended, jobs) {
  if (ended.length === 0) return undefined;
  const mean = (/** @type {{ seconds: number }[]} */ runs) =>
    runs.reduce((sum, { seconds }) => sum + seconds, 0) / runs.length;
  const all = mean(ended);
  const known = new Map(ended.map(({ kind }) => [kind, mean(ended.filter((run) => run.kind === kind))]));
  const total = left.reduce((sum, { kind, elapsed }) => sum + Math.max(0, (known.get(kind) ?? all) - elapsed), 0);
  return total / Math.max(1, Math.min(jobs, left.length));
}
