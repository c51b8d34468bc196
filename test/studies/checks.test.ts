import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { missingRuns } from '../../lib/experiments/missing-runs';
import { pairsSetting } from '../../lib/experiments/pairs-setting';
import { runExperiment } from '../../lib/experiments/run-experiment';
import { openResults } from '../../lib/io/records';
import * as checks from '../../lib/studies/checks';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { temporaryResults } from '../io/temporary-results';

temporaryResults();
const task = gaussianLinear([1, 1]);
const study = checks.experiment('two_moons', { pairs: 60, draws: 50, budgets: [300] });

/** Posteriors that are the exact ones, moved by `shift`, as a setting. */
const exact = (setting: string, shift: number) =>
  pairsSetting({
    setting,
    methods: [{ method: 'exact' }],
    train: async () => ({
      given: (xObs) => task.exactPosterior(xObs),
      drawEach: async (x, { draws, seed }) => {
        const rows = x as number[][];
        const each = await Promise.all(
          rows.map((row, i) => Promise.resolve(task.exactPosterior([row]).sample(draws, { seed: seed + i }))),
        );
        const drawn = tf.tidy(() => tf.add(tf.stack(each), shift) as tf.Tensor3D);
        tf.dispose(each);
        return drawn;
      },
      dispose: () => {},
    }),
  });

describe('the study of checks', () => {
  it('is each estimator on ten tasks, a run for each, under its own results', () => {
    const all = checks.experiments();
    expect(all.map(({ notebook }) => notebook)).toEqual(Array(10).fill('08-can-you-trust-it'));
    expect(all.map(({ experiment }) => experiment.task.name)).toEqual(checks.tasks);
    expect(missingRuns(all[0].experiment, openResults('demo')).map(({ key }) => key)).toEqual([
      'gaussian_linear/scorebook/NPSE/budget=10000/seed=1',
      'gaussian_linear/scorebook/NPE/budget=10000/seed=1',
    ]);
    expect(checks.experiment('sir', { suffix: ', quick' }).settings[0].setting).toBe('scorebook, quick');
  });

  it('has rows of a check, which a right posterior passes and a shifted one does not; and none again', async () => {
    const before = tf.memory().numTensors;
    const experiment = { ...study, task, settings: [exact('right', 0), exact('shifted', 0.7)] };
    const results = openResults('demo');
    const { rows, failures } = await runExperiment(experiment, results, { progress: false });
    expect(failures).toEqual([]);
    const valueOf = (setting: string, metric: string): number =>
      rows.find((row) => row.setting === setting && row.metric === metric)!.value;
    expect(rows).toHaveLength(2 * study.judge!.metrics.length);
    expect(valueOf('right', 'check, p-value')).toBeGreaterThan(0.01);
    expect(valueOf('shifted', 'check, p-value')).toBeLessThan(1e-4);
    for (const part of ['SBC', 'recovery']) expect(valueOf('shifted', `${part}, p-value`)).toBeLessThan(1e-3);
    // 1 - posterior variance / prior variance of the Gaussian model with unit noise
    expect(Math.abs(valueOf('right', 'least contraction') - 0.5)).toBeLessThan(0.25);
    expect(missingRuns(experiment, results)).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps as failed what cannot be drawn from, and goes on', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const broken = pairsSetting({
      setting: 'broken',
      methods: [{ method: 'exact' }],
      train: async () => ({ given: (xObs) => task.exactPosterior(xObs), dispose: () => {} }),
    });
    const experiment = { ...study, task, settings: [broken, exact('right', 0)] };
    const { rows, failures } = await runExperiment(experiment, openResults('failing'), { progress: false });
    expect(String(warn.mock.calls[0][0])).toMatch(/^1 of 2 runs failed/);
    warn.mockRestore();
    expect(failures.map(({ error }) => error.message)).toEqual([
      expect.stringMatching(/^checks: expected an estimator \{ given, drawEach \}/),
    ]);
    expect(new Set(rows.map(({ setting }) => setting))).toEqual(new Set(['right']));
  });

  it('refuses parts that there are none of, and what a judge of trainings cannot have', async () => {
    expect(() => checks.experiments({ tasks: ['moons'] })).toThrow(/checks tasks: expected some of .*, received moons/);
    expect(() => checks.experiments({ settings: ['vp'] as never })).toThrow(/checks settings: expected some of npse/);
    const refused = (part: object) =>
      expect(runExperiment({ ...study, ...part }, openResults('demo'), { progress: false })).rejects;
    await refused({ n: [1, 2] }).toThrow(/experiment n: expected \[1\] where trainings are judged by themselves/);
    await refused({ judge: { metrics: [], judge: study.judge!.judge } }).toThrow(/judge: metrics: expected the names/);
    const two = pairsSetting({
      setting: 'two',
      methods: [{ method: 'a' }, { method: 'b' }],
      train: async () => ({ given: () => task.exactPosterior([[0, 0]]), dispose: () => {} }),
    });
    await refused({ settings: [two] }).toThrow(/experiment settings: expected one method in each/);
  });
});
