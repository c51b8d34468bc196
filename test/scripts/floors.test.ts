import '@tensorflow/tfjs-node';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { mmdFloor, squaredMmd } from '../../lib/metrics/squared-mmd';
import { gaussian10d } from '../../lib/tasks/gaussian-linear';
import { floorFile, floorOf } from '../../scripts/floors/complete-floors.mjs';

const library = { drawObservations, mmdFloor } as unknown as Parameters<typeof floorOf>[0];

describe('the sampling floor of an experiment', () => {
  it('is what 95 % of other pairs of exact samples stay below, on the observations of the seeds', async () => {
    const task = gaussian10d();
    const seeds = [1, 2];
    const floor = await floorOf(library, task, { n: 2, samples: 100, seeds, pairs: 60 });
    expect(floor).toMatchObject({ task: 'gaussian-10d', n: 2, samples: 100, pairs: 60, seeds });
    let below = 0;
    for (let i = 0; i < 60; i++) {
      const exact = task.exactPosterior(drawObservations(task, 2, seeds[i % 2]).xObs);
      const pair = [await exact.sample(100, { seed: 1000 + 2 * i }), await exact.sample(100, { seed: 1001 + 2 * i })];
      if (squaredMmd(pair[0], pair[1]) < floor.quantile95) below++;
      for (const each of pair) each.dispose();
    }
    // two samples of 60: the standard error of the share is sqrt(2 x .95 x .05 / 60) = .04
    expect(Math.abs(below / 60 - 0.95)).toBeLessThan(4 * 0.04);
    // the unbiased estimate of samples of one law has mean zero; its deviation is at most about a third of the quantile
    expect(Math.abs(floor.mean)).toBeLessThan(floor.quantile95);
  });

  it.each(['01-gaussian-10d', '02-mixture-10d'])('is committed for n = 1 to 8, of 200 pairs: %s', (notebook) => {
    expect(existsSync(floorFile(notebook))).toBe(true);
    const floors = JSON.parse(readFileSync(floorFile(notebook), 'utf8'));
    expect(floors.map(({ n }: { n: number }) => n)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const { pairs, samples, quantile95 } of floors) {
      expect([pairs, samples]).toEqual([200, 1000]);
      expect(quantile95).toBeGreaterThan(0);
      expect(quantile95).toBeLessThan(0.002);
    }
  });
});
