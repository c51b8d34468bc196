import type { Matrix } from '../../maths/linalg';

/** A point and the log density there. */
export interface Rated {
  readonly point: readonly number[];
  readonly logProb: number;
}

/** Half the width of the differences, in standard deviations: small to curvature, large to the density's tolerance. */
const reach = 0.25;
/** The longest step along an axis, in standard deviations. */
const longest = 1;
/** Rounds at most, and the gain in log density below which another one is not worth it. */
const rounds = 8;
const leastGain = 1e-3;

/**
 * The best point that Newton's method finds from `start`, no worse than it, with slopes and curvatures from differences
 * of the log density along axes; a step that does not gain is halved. 2 D + 1 points a round.
 * @param logProb log densities at rows of D numbers; -Infinity or NaN where there is none.
 * @param axes the columns of this [D, D] matrix, each a standard deviation long.
 */
export async function densityAscent(
  logProb: (rows: number[][]) => Promise<ArrayLike<number>>,
  start: readonly number[],
  axes: Matrix,
): Promise<Rated> {
  const dim = start.length;
  const moved = (point: readonly number[], along: readonly number[]): number[] =>
    point.map((value, i) => along.reduce((sum, length, k) => sum + axes[i][k] * length, value));
  const unit = (k: number, length: number): number[] => Array.from({ length: dim }, (_, i) => (i === k ? length : 0));
  let best: Rated = { point: start, logProb: -Infinity };
  let from: Rated = best;
  let step: number[] = unit(0, 0);
  for (let round = 0; round < rounds; round++) {
    const centre = moved(from.point, step);
    const around = Array.from({ length: dim }, (_, k) => [
      moved(centre, unit(k, reach)),
      moved(centre, unit(k, -reach)),
    ]).flat();
    const points = [centre, ...around];
    const logs = Array.from(await logProb(points), (value) => (Number.isNaN(value) ? -Infinity : value));
    points.forEach((point, i) => {
      if (logs[i] > best.logProb) best = { point, logProb: logs[i] };
    });
    const gain = logs[0] - from.logProb;
    if (gain > 0) {
      from = { point: centre, logProb: logs[0] };
      step = Array.from({ length: dim }, (_, k) => newtonStep(logs[0], logs[1 + 2 * k], logs[2 + 2 * k]));
    } else step = step.map((length) => length / 2);
    if (!(gain >= leastGain) && Math.max(...step.map(Math.abs)) < reach / 2) break;
  }
  return best;
}

/** From the log densities in the middle, one reach ahead and one behind. */
function newtonStep(middle: number, ahead: number, behind: number): number {
  // off the support there is nothing to gain
  if (!Number.isFinite(ahead) || !Number.isFinite(behind)) return 0;
  const slope = (ahead - behind) / (2 * reach);
  const curvature = (2 * middle - ahead - behind) / reach ** 2;
  const step = curvature > 0 ? slope / curvature : Math.sign(slope) * longest;
  return Math.max(-longest, Math.min(longest, step));
}
