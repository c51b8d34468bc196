import { rng } from '../core/rng';
import { listOf } from '../core/checks';
import { toTensor2D } from '../core/rows';
import { truncatedNormal } from '../distributions/truncated-normal';
import { uniform } from '../distributions/uniform';
import type { NumberedObservations } from '../experiments/experiment';
import { defineSimulator } from '../simulation/simulator';
import { describedTask } from '../tasks/described-task';
import { exactPosterior } from '../tasks/exact-posterior';
import type { Task } from '../tasks/task';

/** The box that parameters are in, and the standard deviation of the data around them. */
export const walls = { lower: [-1, -1], upper: [1, 1], noise: 0.5 } as const;

/** The law of theta given observations [n, 2]: a normal one, cut off at the walls. */
export function lawWithinWalls(xObs: readonly (readonly number[])[]) {
  const n = listOf('lawWithinWalls: xObs', xObs, 'an array of observations').length;
  const mean = [0, 1].map((i) => xObs.reduce((sum, row) => sum + row[i], 0) / n);
  const { lower, upper, noise } = walls;
  return truncatedNormal({ mean, std: noise / Math.sqrt(n), lower, upper });
}

/** theta ~ U([-1, 1]^2), x | theta ~ N(theta, .25 I), with its exact posterior. */
export function boxTask(): Task {
  const { lower, upper, noise } = walls;
  return describedTask({
    name: 'box-2d',
    prior: uniform({ lower, upper }),
    dataDim: 2,
    simulator: defineSimulator((theta, source, constants) => theta.map((v) => v + constants.noise * source.normal()), {
      noise,
    }),
    exactPosterior: (xObs) => {
      const rows = toTensor2D(xObs, 'xObs', 2);
      const values = rows.arraySync();
      rows.dispose();
      return exactPosterior(values.length, lawWithinWalls(values));
    },
  });
}

/** Where the truths are: near one wall, and near two. */
export const truths: readonly (readonly number[])[] = [
  [0.9, 0.3],
  [-0.95, 0.9],
];

/** Observations of the truth of a number, from 1 on. */
export const nearWalls: NumberedObservations = {
  numbers: truths.map((_, i) => i + 1),
  xObs: (number) => {
    const source = rng(4 + number);
    return Array.from({ length: 100 }, () => truths[number - 1].map((value) => value + walls.noise * source.normal()));
  },
};
