import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import type { ScoreEstimator } from '../../../lib/inference/score/score-estimator';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import type { ScoreRoundsOptions } from '../../../lib/inference/sequential/score-rounds';
import type { SequentialMethod } from '../../../lib/inference/sequential/sequential-method';
import type { SequentialRun } from '../../../lib/inference/sequential/sequential-run';
import { snlse } from '../../../lib/inference/sequential/snlse';
import { snpseA } from '../../../lib/inference/sequential/snpse-a';
import { snpseB } from '../../../lib/inference/sequential/snpse-b';
import { snpseC } from '../../../lib/inference/sequential/snpse-c';
import { covariance, mean } from '../../../lib/maths/moments';
import { gaussianLinear } from '../../../lib/tasks/gaussian-linear';
import { exactMoments } from '../exact-gaussian';
import { quiet, rowsOf } from '../quick-estimator';

const task = gaussianLinear([0.2, 0.4]);
const xObs = [[0.8, -0.9]];
const draws = 1000;
const options = { rounds: 2, calls: 3000, seed: 1, stopWhenStill: false, ...quiet };
const settings: ScoreRoundsOptions = { fit: { maxEpochs: 60 } };

type Moments = { mean: readonly number[]; std: number[] };

/** How far draws are from moments, in standard deviations: of the mean, and of the log width. */
async function errors(run: SequentialRun<ScoreEstimator>, exact: Moments, prior = task.prior): Promise<number[]> {
  const posterior = run.estimator.given(xObs, prior === task.prior ? {} : { prior });
  const rows = await rowsOf(posterior.sample(draws, { seed: 2, ...quiet })).finally(() => posterior.dispose());
  return [0, 1].flatMap((k) => [
    Math.abs(mean(rows)[k] - exact.mean[k]) / exact.std[k],
    Math.abs(Math.log(Math.sqrt(covariance(rows)[k][k]) / exact.std[k])),
  ]);
}

async function ran(
  method: SequentialMethod<ScoreEstimator>,
  look: (run: SequentialRun<ScoreEstimator>) => Promise<void>,
): Promise<void> {
  const before = tf.memory().numTensors;
  const run = await inRounds(task, xObs, method, options);
  await look(run).finally(() => run.dispose());
  expect(tf.memory().numTensors).toBe(before);
}

describe.each<[string, (settings: ScoreRoundsOptions) => SequentialMethod<ScoreEstimator>]>([
  ['SNPSE-A', snpseA],
  ['SNPSE-B', snpseB],
  ['SNLSE', snlse],
])('%s in rounds', (name, method) => {
  it('draws the exact posterior of a linear Gaussian model, and is read back as the same', () =>
    ran(method(settings), async (run) => {
      const found = await errors(run, exactMoments(task, xObs));
      // the fit to 3,000 simulations, of which few count in SNPSE-B
      const size = name === 'SNPSE-B' ? run.rounds[1].method.effective : options.calls;
      for (const error of found) expect(error).toBeLessThan(4 * Math.sqrt(1 / draws + 5 / size) + 0.15);
      const again = method(settings).restore(run.estimator.record(), task);
      const drawn: number[][][] = [];
      for (const each of [run.estimator, again]) {
        const posterior = each.given(xObs);
        drawn.push(await rowsOf(posterior.sample(5, { seed: 2, ...quiet })));
        posterior.dispose();
      }
      again.dispose();
      expect(drawn[1]).toEqual(drawn[0]);
      if (name === 'SNLSE') await underAnotherPrior(run);
    }));
});

/** The posterior under another prior than that of the rounds is the exact one. */
async function underAnotherPrior(run: SequentialRun<ScoreEstimator>): Promise<void> {
  const [centre, width] = [0, 0.5];
  const exact = exactMoments(task, xObs);
  const parts = [0, 1].map((k) => {
    const [precision, of] = [1 / exact.std[k] ** 2, task.prior];
    const likelihood = precision - 1 / of.covariance[k][k];
    const shift = exact.mean[k] * precision - of.mean[k] / of.covariance[k][k];
    const variance = 1 / (likelihood + 1 / width ** 2);
    return { mean: variance * (shift + centre / width ** 2), std: Math.sqrt(variance) };
  });
  const wanted = { mean: parts.map((part) => part.mean), std: parts.map((part) => part.std) };
  const other = normal({ mean: [centre, centre], std: width });
  for (const error of await errors(run, wanted, other)) expect(error).toBeLessThan(0.4);
}

describe('SNPSE-C', () => {
  it('draws from another law than the posterior, as its diffused scores have it', () =>
    ran(snpseC(settings), async (run) => {
      const found = await errors(run, exactMoments(task, xObs));
      expect(found.every(Number.isFinite)).toBe(true);
      // beyond what the draws and the fit to 3,000 simulations leave, which the other methods keep to
      expect(Math.max(...found)).toBeGreaterThan(4 * Math.sqrt(1 / draws + 5 / options.calls) + 0.02);
    }));
});
