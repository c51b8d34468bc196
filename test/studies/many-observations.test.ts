import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { missingRuns } from '../../lib/experiments/missing-runs';
import { runExperiment } from '../../lib/experiments/run-experiment';
import { openResults } from '../../lib/io/records';
import * as manyObservations from '../../lib/studies/many-observations';
import { nearWalls, truths, walls } from '../../lib/studies/near-walls';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();

describe('the study of many observations', () => {
  it('is each way to have scores on each task that it has, under its own results', () => {
    const all = manyObservations.experiments();
    expect(new Set(all.map(({ notebook }) => notebook))).toEqual(new Set(['07-many-observations']));
    expect(manyObservations.tasks).toEqual(['gaussian-10d', 'box-2d', 'multimodal-2d']);
    const keys = all.flatMap(({ experiment }) => missingRuns(experiment, openResults('demo')).map(({ key }) => key));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toContain('gaussian-10d/scorebook/npse/budget=10000/seed=1');
    const [{ experiment }] = manyObservations.experiments({ tasks: ['box-2d'], settings: ['nlse'], suffix: ', quick' });
    expect(experiment.settings[0]).toMatchObject({ setting: 'scorebook, quick', methods: ['NLSE (many), GAUSS'] });
  });

  it('has rows of exact scores that are right, without a simulator call, and none again', async () => {
    const wanted = { tasks: ['gaussian-10d'], settings: ['exact'], n: [1, 2], samples: 300 } as const;
    const [{ experiment }] = manyObservations.experiments(wanted);
    const before = tf.memory().numTensors;
    const results = openResults('demo');
    const { rows, failures } = await runExperiment(experiment, results, { progress: false });
    expect(failures).toEqual([]);
    const errors = rows.filter(({ metric }) => metric === 'squared MMD');
    expect(errors.map(({ method, n }) => `${method} ${n}`)).toEqual([
      'factorised 1',
      'GAUSS 1',
      'factorised 2',
      'GAUSS 2',
    ]);
    // pairs of 300 exact samples stay below .002
    for (const { value } of errors) expect(value).toBeLessThan(0.003);
    expect(rows.every(({ simulatorCalls }) => simulatorCalls === 0)).toBe(true);
    expect(missingRuns(experiment, results)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has observations of the truths near the walls, the same each time', () => {
    expect(nearWalls.numbers).toEqual([1, 2]);
    for (const number of nearWalls.numbers) {
      const x = nearWalls.xObs(number);
      expect(nearWalls.xObs(number)).toEqual(x);
      truths[number - 1].forEach((truth, i) => {
        const mean = x.reduce((sum, row) => sum + row[i], 0) / x.length;
        expect(Math.abs(mean - truth)).toBeLessThan((4 * walls.noise) / Math.sqrt(x.length));
      });
    }
  });

  it('refuses parts that there are none of', () => {
    expect(() => manyObservations.experiments({ tasks: ['moons'] })).toThrow(
      /many-observations tasks: expected some of/,
    );
    expect(() => manyObservations.experiments({ settings: ['vp'] as never })).toThrow(
      /many-observations settings: expected some of npse/,
    );
  });
});
