import '@tensorflow/tfjs-node';
import { describe, expect, it } from 'vitest';
import { runExperiment } from '../../lib/experiments/run-experiment';
import { openResults } from '../../lib/io/records';
import * as manyObservations from '../../lib/studies/many-observations';
import { boxTask, nearWalls } from '../../lib/studies/near-walls';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();

/** The experiment of one task and one setting. */
const part = (task: string, setting: manyObservations.ManyObservationsSetting, n: readonly number[]) =>
  manyObservations.experiments({ tasks: [task], settings: [setting], n, samples: 500 })[0].experiment;

describe('exact scores of the study of many observations', () => {
  it.each([
    // pairs of 500 exact samples stay below .001 in 10-D and below .006 in 2-D
    ['gaussian-10d', 'exact', [1, 1000], ['factorised', 'GAUSS'], 0.002],
    ['gaussian-10d', 'exact-few', [2, 4], ['JAC', 'damped'], 0.002],
    ['box-2d', 'exact', [5], ['GAUSS'], 0.008],
    ['multimodal-2d', 'exact', [2], ['factorised'], 0.01],
  ] as const)('draw the exact posterior of %s, %s, n = %j', async (task, setting, n, methods, most) => {
    const results = openResults(`${task}-${setting}`);
    const { rows, failures } = await runExperiment(part(task, setting, n), results, { progress: false });
    expect(failures).toEqual([]);
    for (const method of methods) {
      const errors = rows.filter((row) => row.metric === 'squared MMD' && row.method === method);
      expect(errors.length).toBeGreaterThanOrEqual(n.length);
      for (const { value } of errors) expect(value).toBeLessThan(most);
    }
  });

  it('would be seen not to be those of the task', async () => {
    const { observations, ...rest } = part('box-2d', 'exact', [2]);
    const moved = { ...observations!, xObs: (number: number) => nearWalls.xObs(number).map(([a, b]) => [a - 1, b]) };
    const truth = (xObs: number[][], count: number, seed: number) =>
      boxTask().exactPosterior!(xObs.map(([a, b]) => [a + 1, b])).sample(count, { seed });
    const experiment = { ...rest, observations: moved, truth };
    const { rows } = await runExperiment(experiment, openResults('moved'), { progress: false });
    const errors = rows.filter(({ metric }) => metric === 'squared MMD');
    expect(errors).toHaveLength(2);
    for (const { value } of errors) expect(value).toBeGreaterThan(0.05);
  });
});
