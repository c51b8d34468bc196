import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rng } from '../../../lib/core/rng';
import { logNormal } from '../../../lib/distributions/log-normal';
import { npse } from '../../../lib/inference/score/npse';
import type { ScoreEstimator } from '../../../lib/inference/score/score-estimator';
import { simulate } from '../../../lib/simulation/simulate';

const quiet = { progress: false };
const [mean, std] = [
  [0, -1],
  [0.5, 0.7],
];
const prior = logNormal({ mean, std });
const times = [0.5, 1, 2, 4, 8];
const noise = 0.25;
/** Log concentrations of a dose in a volume v that leaves at a rate k through the clearance v k, absorbed at rate 2. */
const logCurve = ([v, k]: readonly number[]): number[] =>
  times.map((t) => Math.log((2 / (v * (2 + k))) * (Math.exp(-k * t) - Math.exp(-(2 + 2 * k) * t) + 0.02)));
const simulator = (theta: readonly number[], source: { normal(): number }): number[] =>
  logCurve(theta).map((value) => Math.exp(value + noise * source.normal()));

/** The exact mode of the parameters' density, in logarithms z, the posterior's standard deviations there, and log p. */
function exact(xObs: readonly (readonly number[])[]) {
  const logProb = (z: readonly number[]): number => {
    const curve = logCurve(z.map(Math.exp));
    let sum = -z[0] - z[1];
    z.forEach((value, i) => (sum -= ((value - mean[i]) / std[i]) ** 2 / 2));
    for (const x of xObs) x.forEach((value, k) => (sum -= ((Math.log(value) - curve[k]) / noise) ** 2 / 2));
    return sum;
  };
  const cells = 300;
  let [best, top] = [[0, 0], -Infinity];
  const points: { z: number[]; log: number }[] = [];
  for (let i = 0; i < cells; i++)
    for (let j = 0; j < cells; j++) {
      const z = [i, j].map((cell, d) => mean[d] + std[d] * (-4 + (8 * (cell + 0.5)) / cells));
      const log = logProb(z);
      points.push({ z, log });
      if (log > top) [best, top] = [z, log];
    }
  // the law of z, which the Jacobian is no part of
  const weights = points.map(({ z, log }) => Math.exp(log + z[0] + z[1] - top - best[0] - best[1]));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const moment = (of: (z: number[]) => number): number =>
    points.reduce((sum, { z }, i) => sum + weights[i] * of(z), 0) / total;
  const widths = [0, 1].map((d) => Math.sqrt(moment((z) => z[d] ** 2) - moment((z) => z[d]) ** 2));
  return { mode: best, widths, logProb };
}

describe('the mode of a posterior by default training', () => {
  let estimator: ScoreEstimator;
  beforeAll(async () => {
    const simulations = await simulate({ prior, simulator }, 2_000, { seed: 1, ...quiet });
    estimator = await npse.train(simulations, { prior, seed: 2, emulated: 0, ...quiet });
    tf.dispose([simulations.theta, simulations.x]);
  }, 600_000);
  afterAll(() => estimator?.dispose());

  it.each([
    [1, 1],
    [1, 2],
    [5, 1],
    [5, 2],
  ])(
    'is no worse by its own density than draws and the exact mode, and near it: %i observations, set %i',
    async (n, set) => {
      const source = rng(10 + set);
      const truth = mean.map((value, i) => Math.exp(value + std[i] * source.normal()));
      const xObs = Array.from({ length: n }, () => simulator(truth, source));
      const { mode, widths, logProb } = exact(xObs);
      const posterior = estimator.given(xObs);
      const found = await posterior.map({ seed: 3, ...quiet });
      const draws = await posterior.sample(200, { seed: 4, ...quiet });
      const rows = tf.tidy(
        () => tf.concat([tf.expandDims(found, 0), tf.tensor2d([mode.map(Math.exp)]), draws]) as tf.Tensor2D,
      );
      const density = await posterior.density.logProb(rows, quiet);
      const [own, ownAtMode, ...ownAtDraws] = Array.from(density.dataSync());
      const z = Array.from(found.dataSync(), Math.log);
      tf.dispose([found, draws, rows, density]);
      posterior.dispose();
      // an integration of the density is good to about .01
      expect(own).toBeGreaterThan(ownAtMode - 0.02);
      expect(own).toBeGreaterThan(Math.max(...ownAtDraws) - 0.02);
      // what training on 2,000 simulations leaves
      z.forEach((value, d) => expect(Math.abs(value - mode[d]) / widths[d], `parameter ${d}`).toBeLessThan(0.75));
      expect(logProb(mode) - logProb(z)).toBeLessThan(0.5);
    },
    300_000,
  );
});
