import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { composition } from '../../lib/diagnostics/composition';
import { PosteriorError } from '../../lib/diagnostics/posterior-error';
import type { Posterior } from '../../lib/contract/posterior';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';

const task = gaussianLinear([1, 1]);

/** What is wrong with single posteriors: means off, in their standard deviations, and widths. */
interface Fault {
  readonly shift?: number;
  readonly width?: number;
}

/** The posterior of n observations as it is composed of single ones with a fault: the shift grows with sqrt(n). */
const composedWith =
  ({ shift = 0, width = 1 }: Fault) =>
  (xObs: number[][]): Posterior => {
    const n = xObs.length;
    const std = width / Math.sqrt(n + 1);
    const mean = [0, 1].map((d) => xObs.reduce((sum, row) => sum + row[d], 0) / (n + 1) + (d === 0 ? shift : 0));
    return {
      n,
      dim: 2,
      sample: async (count, { seed }) => {
        const source = rng(seed);
        return tf.tensor2d(Array.from({ length: count }, () => mean.map((value) => value + std * source.normal())));
      },
      dispose: () => {},
    } as Posterior;
  };

const n = 25;
const quick = { sets: 50, draws: 40, progress: false } as const;

describe('composition', () => {
  it('fails a right posterior as often as its level says', async () => {
    const seeds = 60;
    let failed = 0;
    for (let seed = 1; seed <= seeds; seed++) {
      const { xObs } = drawObservations(task, n, seed);
      failed += (await composition(composedWith({}), task, xObs, { ...quick, seed, level: 0.1 })).passes ? 0 : 1;
    }
    expect(failed).toBeLessThan(seeds * 0.1 + 3 * Math.sqrt(seeds * 0.09));
  });

  // a quarter of one posterior's width is 1.25 of that of 25
  it.each([1, 2, 3, 4, 5])(
    'tells a mean that has left the single posteriors, and by how much, seed %i',
    async (seed) => {
      const { xObs } = drawObservations(task, n, seed);
      const found = await composition(composedWith({ shift: 0.25 }), task, xObs, { ...quick, seed });
      expect(found.passes).toBe(false);
      expect(found.pValue).toBeLessThan(0.01);
      // a standard error of sqrt(2 / 50) = .2
      expect(Math.abs(found.parameters[0].shift - 0.25 * Math.sqrt(n))).toBeLessThan(0.7);
      expect(Math.abs(found.parameters[1].shift)).toBeLessThan(0.7);
      expect(found.verdict).toMatch(/parameter 0 lies about .* standard deviations too high/);
      expect(found.value).toBe(found.parameters[0].shift);
    },
  );

  it.each([1, 2, 3])('passes the same error of single posteriors where few are put together, seed %i', async (seed) => {
    const { xObs } = drawObservations(task, 2, seed);
    expect((await composition(composedWith({ shift: 0.05 }), task, xObs, { ...quick, seed })).passes).toBe(true);
  });

  it.each([1, 2, 3])('tells posteriors that are too narrow, seed %i', async (seed) => {
    const { xObs } = drawObservations(task, n, seed);
    const found = await composition(composedWith({ width: 0.5 }), task, xObs, { ...quick, draws: 200, seed });
    expect(found.passes).toBe(false);
    // 2 each, with a standard error of .3
    const [a, b] = found.parameters.map(({ narrow }) => narrow);
    expect(Math.abs((a + b) / 2 - 2)).toBeLessThan(0.6);
    expect(found.verdict).toMatch(/times too narrow/);
  });

  it.each([1, 2, 3])('tells data of another model, seed %i', async (seed) => {
    const wide = gaussianLinear([9, 9]);
    const { xObs } = drawObservations(wide, n, seed, [0.5, -0.5]);
    const found = await composition(composedWith({}), task, xObs, { ...quick, seed });
    expect(found.setPValue).toBeCloseTo(1 / 51, 10);
    const more = await composition(composedWith({}), task, xObs, { ...quick, sets: 120, seed });
    expect(more.passes).toBe(false);
    expect(more.verdict).toMatch(/the observations as a set are not such as the model makes/);
  });

  it('gives the same for the same seed, draws its ranks, and leaves no tensors', async () => {
    const { xObs } = drawObservations(task, 4, 1);
    const before = tf.memory().numTensors;
    const [a, b] = [1, 1].map((seed) => composition(composedWith({}), task, xObs, { ...quick, sets: 20, seed }));
    expect((await a).pValue).toBe((await b).pValue);
    expect(tf.memory().numTensors).toBe(before);
    const { data } = (await a).plot() as unknown as { data: { values: { count: number; panel: string }[] } };
    const counted = data.values
      .filter(({ panel }) => panel === 'parameter 1')
      .reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(20);
  });

  it('refuses one observation, too few sets, and posteriors that give no numbers', async () => {
    const { xObs } = drawObservations(task, 4, 1);
    const source = composedWith({});
    await expect(composition(source, task, xObs.slice(0, 1), { seed: 1 })).rejects.toThrow(/at least two/);
    await expect(composition(source, task, xObs, { seed: 1, sets: 5 })).rejects.toThrow(InvalidInputError);
    const broken = composedWith({ width: NaN });
    await expect(composition(broken, task, xObs, { seed: 1, progress: false })).rejects.toThrow(PosteriorError);
  });
});
