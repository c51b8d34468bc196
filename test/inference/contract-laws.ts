import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Estimator } from '../../lib/contract/estimator';
import type { Posterior } from '../../lib/contract/posterior';
import type { Proposal } from '../../lib/contract/proposal';
import { InvalidInputError } from '../../lib/core/errors';
import { independent } from '../../lib/distributions/independent';
import { normal } from '../../lib/distributions/normal';
import type { Prior } from '../../lib/distributions/prior';
import { uniform } from '../../lib/distributions/uniform';
import { mean } from '../../lib/maths/moments';
import type { EstimatorRecord } from '../../lib/records/estimator-record';
import { simulate } from '../../lib/simulation/simulate';
import type { AnySimulator } from '../../lib/simulation/simulator';
import { quiet, rowsOf, valuesOf, withPosterior } from './quick-estimator';

/** A model of an open and a bounded parameter, [-inf, inf] x [0, 2], and of two data values. */
export const halfBounded: { prior: Prior; simulator: AnySimulator } = {
  prior: independent([normal({ mean: 0, std: 1 }), uniform({ lower: 0, upper: 2 })]),
  simulator: ([a, b], rng) => [a + rng.normal(0, 0.5), b + rng.normal(0, 0.5)],
};
/** The midpoints of the cells that a grid cuts [-4, 4] x [0, 2] into. */
const gridOf = (cells: number): number[][] =>
  Array.from({ length: cells ** 2 }, (_, i) => [
    -4 + (8 * ((i % cells) + 0.5)) / cells,
    (2 * (Math.floor(i / cells) + 0.5)) / cells,
  ]);

/** How the laws ask a method for its draws and densities. */
export interface Laws {
  /** Loose options of a density that is integrated, so that it is quick. */
  readonly density?: object;
  /** Cells of a side of the grid that it is summed on. */
  readonly cells: number;
  /** Whether draws are by Markov chains. */
  readonly areChains?: boolean;
  /** How far its integral may be from 1: the grid's own error, and the integration's. */
  readonly integral: number;
}

/** What every posterior keeps to, of the parameters of {@link halfBounded}. */
export function posteriorLaws(make: () => Posterior, { density: densityOptions, cells, integral }: Laws): void {
  const options = { ...densityOptions, ...quiet };
  const own = { given: make };
  const using = <T>(work: (posterior: Posterior) => Promise<T>): Promise<T> => withPosterior(own, [], work);

  it('draws rows of parameters in the support, the same for the same seed and others for another', async () => {
    await using(async (posterior) => {
      expect([posterior.dim, posterior.n >= 1]).toEqual([2, true]);
      const first = await rowsOf(posterior.sample(200, { seed: 1, ...quiet }));
      expect([first.length, first[0].length]).toEqual([200, 2]);
      expect(first.every(([a, b]) => Number.isFinite(a) && b >= 0 && b <= 2)).toBe(true);
      expect(await rowsOf(posterior.sample(200, { seed: 1, ...quiet }))).toEqual(first);
      expect(await rowsOf(posterior.sample(200, { seed: 2, ...quiet }))).not.toEqual(first);
    });
  });

  it('refuses numbers of draws that are not positive and whole', async () => {
    await using(async (posterior) => {
      for (const count of [0, -1, 1.5, NaN])
        await expect(posterior.sample(count, { seed: 1, ...quiet })).rejects.toThrow(InvalidInputError);
    });
  });

  it('has a density, if any, that is zero outside of the support and has the moments of the draws', async () => {
    await using(async ({ density, sample }) => {
      if (!density) return;
      const grid = gridOf(cells);
      const theta = tf.tensor2d([...grid, [0, -0.1], [0, 2.1]]);
      const logProb = await valuesOf(density.logProb(theta, options));
      theta.dispose();
      expect(logProb.slice(-2)).toEqual([-Infinity, -Infinity]);
      const masses = grid.map((_, i) => (Math.exp(logProb[i]) * 16) / cells ** 2);
      const total = masses.reduce((sum, mass) => sum + mass, 0);
      if (density.normalised) expect(Math.abs(total - 1)).toBeLessThan(integral);
      expect(total).toBeGreaterThan(0);
      const draws = await rowsOf(sample(2000, { seed: 3, ...quiet }));
      for (const k of [0, 1]) {
        const expected = grid.reduce((sum, point, i) => sum + (masses[i] / total) * point[k], 0);
        const square = grid.reduce((sum, point, i) => sum + (masses[i] / total) * (point[k] - expected) ** 2, 0);
        // 4 standard errors, and twice what the integral may be off
        const allowed = Math.sqrt(square) * (4 / Math.sqrt(2000) + 2 * integral);
        expect(Math.abs(mean(draws)[k] - expected)).toBeLessThan(allowed);
      }
    });
  });

  it('refuses to tell the density of rows of another width', async () => {
    await using(async ({ density }) => {
      if (!density) return;
      const wide = tf.zeros<tf.Rank.R2>([2, 3]);
      await expect(density.logProb(wide, options)).rejects.toThrow(/expected rows of 2 parameters/);
      wide.dispose();
    });
  });

  it('is a law that `simulate` takes its parameters from', async () => {
    await using(async (posterior) => {
      const proposal: Proposal = posterior;
      const simulations = await simulate(halfBounded, 50, { seed: 4, proposal, workers: 0, ...quiet });
      const rows = simulations.theta.arraySync();
      expect(rows.length).toBe(50);
      // at the far x of these tests the prior itself would hardly be
      const seen = await rowsOf(posterior.sample(500, { seed: 5, ...quiet }));
      expect(Math.abs(mean(rows)[0] - mean(seen)[0])).toBeLessThan(4 * Math.sqrt(1 / 50));
      simulations.dispose();
    });
  });
}

/** A trained estimator with how it is read back. */
export interface EstimatorUnderTest<E extends Estimator = Estimator> {
  readonly estimator: E;
  restore(record: EstimatorRecord): Estimator;
}

const xs = [
  [0, 1],
  [1.5, 0.3],
  [-1.5, 1.7],
];

/** What every estimator of {@link halfBounded} keeps to. */
export function estimatorLaws<E extends Estimator>(make: () => Promise<EstimatorUnderTest<E>>, laws: Laws): () => E {
  let tested: EstimatorUnderTest<E>;
  const before = { tensors: 0 };
  beforeAll(async () => {
    before.tensors = tf.memory().numTensors;
    tested = await make();
  });
  afterAll(() => {
    tested.estimator.dispose();
    expect(tf.memory().numTensors).toBe(before.tensors);
  });
  const each = async (x: number[][], draws: number, seed = 1): Promise<number[][][]> => {
    const drawn = await tested.estimator.drawEach(x, { draws, seed, ...quiet });
    const rows = drawn.arraySync();
    drawn.dispose();
    return rows;
  };
  const close = (a: number[][], b: number[][]): void => {
    for (const k of [0, 1]) {
      // the deviations are at most .6, so that this is 4 standard errors of the difference of the means
      const error = 0.6 * Math.sqrt(1 / a.length + 1 / b.length);
      expect(Math.abs(mean(a)[k] - mean(b)[k])).toBeLessThan(4 * error);
    }
  };

  describe('the posterior of one observation', () => posteriorLaws(() => tested.estimator.given([xs[1]]), laws));
  describe('the posterior of two', () => posteriorLaws(() => tested.estimator.given([xs[1], [1.2, 0.5]]), laws));

  it('draws for each of many x what it draws given that x alone, wherever the x stands', async () => {
    const tensors = tf.memory().numTensors;
    const drawn = await each(xs, 1000);
    expect([drawn.length, drawn[0].length, drawn[0][0].length]).toEqual([3, 1000, 2]);
    expect(drawn.flat().every(([, b]) => b >= 0 && b <= 2)).toBe(true);
    const turned = await each([...xs].reverse(), 1000, 2);
    for (const [i, x] of xs.entries()) {
      const alone = await withPosterior(tested.estimator, [x], (posterior) =>
        rowsOf(posterior.sample(2000, { seed: 7, ...quiet })),
      );
      close(drawn[i], alone);
      close(turned[xs.length - 1 - i], alone);
    }
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('has for each of many x the log densities that it has given that x alone, where it takes many at once', async () => {
    const { estimator } = tested;
    if (!estimator.logProbEach) return;
    const tensors = tf.memory().numTensors;
    const drawn = await estimator.drawEach(xs, { draws: 40, seed: 3, ...quiet });
    const found = await estimator.logProbEach(xs, drawn, quiet);
    expect(found.shape).toEqual([3, 40]);
    const together = found.arraySync();
    const alone: number[][] = [];
    for (const [i, x] of xs.entries())
      alone.push(
        await withPosterior(estimator, [x], async (posterior) => {
          const theta = tf.tidy(() => tf.reshape(tf.slice(drawn, [i, 0, 0], [1, -1, -1]), [40, -1]) as tf.Tensor2D);
          const own = await posterior.density!.logProb(theta, quiet);
          const values = Array.from(own.dataSync());
          tf.dispose([theta, own]);
          return values;
        }),
      );
    for (const [i, row] of together.entries())
      for (const [k, value] of row.entries()) expect(Math.abs(value - alone[i][k])).toBeLessThan(0.05);
    // each row has its own observation: the next one's is far from fitting
    const spread = alone[0].reduce((sum, value, k) => sum + Math.abs(value - alone[1][k]), 0) / 40;
    expect(spread).toBeGreaterThan(0.2);
    await expect(estimator.logProbEach(xs.slice(1), drawn, quiet)).rejects.toThrow(
      /logProbEach: theta: expected a tensor \[2, K/,
    );
    tf.dispose([drawn, found]);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('draws for many x the same for the same seed, and others for another', async () => {
    const first = await each(xs, 50);
    expect(await each(xs, 50)).toEqual(first);
    expect(await each(xs, 50, 2)).not.toEqual(first);
  });

  it('draws more than one pass holds, each row anew', async () => {
    const drawn = await each([xs[0], xs[0], xs[2]], 6000);
    const distinct = new Set(drawn.flat().map(String)).size;
    // a chain may stay where it is
    if (laws.areChains) expect(distinct).toBeGreaterThan(9_000);
    else expect(distinct).toBe(18_000);
    expect(drawn[0]).not.toEqual(drawn[1]);
    close(drawn[0], drawn[1]);
    close(drawn[2], (await each([xs[2]], 1000))[0]);
  });

  it('refuses x of another width, none or NaN, and bad numbers of draws', async () => {
    const { estimator } = tested;
    const tensors = tf.memory().numTensors;
    for (const x of [[[1, 2, 3]], [], [[1, NaN]], [[Infinity, 1]]]) {
      expect(() => estimator.given(x)).toThrow(InvalidInputError);
      await expect(estimator.drawEach(x, { draws: 1, seed: 1, ...quiet })).rejects.toThrow(InvalidInputError);
    }
    for (const draws of [0, -1, 1.5, NaN]) await expect(each(xs, draws)).rejects.toThrow(/draws/);
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('is the same read back from its record', async () => {
    const tensors = tf.memory().numTensors;
    const { estimator, restore } = tested;
    const record = estimator.record();
    const restored = restore({ config: JSON.parse(JSON.stringify(record.config)), arrays: record.arrays });
    expect(restored.config).toEqual(JSON.parse(JSON.stringify(estimator.config)));
    expect(restored.prior).toBe(estimator.prior);
    const drawn: number[][][] = [];
    for (const one of [estimator, restored])
      drawn.push(await withPosterior(one, xs, (posterior) => rowsOf(posterior.sample(20, { seed: 1, ...quiet }))));
    expect(drawn[1]).toEqual(drawn[0]);
    restored.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
  return () => tested.estimator;
}
