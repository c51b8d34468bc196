import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { independent } from '../../lib/distributions/independent';
import { logNormal } from '../../lib/distributions/log-normal';
import { mixture } from '../../lib/distributions/mixture';
import { normal } from '../../lib/distributions/normal';
import { truncatedNormal } from '../../lib/distributions/truncated-normal';
import { uniform } from '../../lib/distributions/uniform';
import { flowNpe, type TrainedFlowEstimator } from '../../lib/inference/density/flow-npe';
import { npse } from '../../lib/inference/score/npse';
import type { TrainedScoreEstimator } from '../../lib/inference/score/train-score-estimator';
import { denoisingNetwork } from '../../lib/nn/score/denoising-network';
import { simulate } from '../../lib/simulation/simulate';
import { simulateSets, type ObservationSets } from '../../lib/simulation/simulate-sets';
import { simulationsFrom, type Simulations } from '../../lib/simulation/simulations';
import * as tasks from '../../lib/tasks/index';

const task = tasks.gaussianLinear([1, 1, 1]);
const { prior } = task;
const quiet = { seed: 1, progress: false };
const lines = (value: unknown): string[] => inspect(value).split('\n');

describe('what is printed at the end of a cell', () => {
  let simulations: Simulations;
  let sets: ObservationSets;
  let score: TrainedScoreEstimator;
  let flow: TrainedFlowEstimator;
  beforeAll(async () => {
    simulations = await simulate(task, 200, quiet);
    sets = await simulateSets(task, { calls: 200, maxObservations: 4, ...quiet });
    const network = denoisingNetwork({ width: 8, hidden: 1 });
    score = await npse.train(simulations, { prior, network, emulated: 0, fit: { maxEpochs: 2 }, ...quiet });
    flow = await flowNpe.train(sets, { prior, network: { width: 8 }, fit: { maxEpochs: 2 }, ...quiet });
  });
  afterAll(() => [simulations, sets, score, flow].forEach((each) => each?.dispose()));

  test('estimators: method, prior, simulations, loss, seconds, and how to go on', () => {
    const said = lines(score);
    expect(said[0]).toBe('NPSE estimator: 3 parameters, 3 data values');
    expect(said[1]).toMatch(/prior +normal prior of 3 parameters$/);
    expect(said[2]).toMatch(/training +200 simulations, \d+ steps? in [\d.]+ s: converged$/);
    expect(said[3]).toMatch(/loss +-?[\d.]+ on held-out simulations, at epoch [012]$/);
    expect(said[4]).toMatch(/next +estimator.given\(xObs\).sample\(1_000, \{ seed: 1 \}\)$/);
    expect(said).toHaveLength(5);
    const other = lines(flow);
    expect(other[0]).toBe('Flow NPE estimator: 3 parameters, 3 data values');
    expect(other[2]).toMatch(/training +\d+ sets, 200 observations, \d+ steps?/);
  });

  test('an estimator that was read back as the one that was saved', () => {
    const again = npse.restore(score.record(), { prior });
    expect(inspect(again)).toBe(inspect(score));
    again.dispose();
  });

  test('the course of a training', () => {
    expect(lines(score.fit)[0]).toMatch(/^Training: converged after \d+ steps? in [\d.]+ s$/);
  });

  test('posteriors: learned as a score or a density, or exact', () => {
    const xObs = [
      [0, 1, 2],
      [1, 0, 1],
    ];
    for (const given of [score.given(xObs), flow.given(xObs), task.exactPosterior(xObs)]) {
      expect(lines(given)[0]).toBe('Posterior of 3 parameters given 2 observations');
      expect(lines(given).length).toBeLessThan(6);
      given.dispose();
    }
    const one = score.given([[0, 1, 2]]);
    expect(lines(one)[0]).toMatch(/given 1 observation$/);
    one.dispose();
  });

  test('simulations, without making their tensors', async () => {
    const fresh = await simulate(task, 50, quiet);
    const before = tf.memory().numTensors;
    expect(lines(fresh)[0]).toBe('50 simulations: 3 parameters, 3 data values');
    expect(tf.memory().numTensors).toBe(before);
    const mine = simulationsFrom(
      [[0.1], [0.7]],
      [
        [1, 2],
        [3, 4],
      ],
    );
    expect(lines(mine)[0]).toBe('2 simulations: 1 parameter, 2 data values');
    mine.dispose();
    expect(lines(sets)[0]).toMatch(/^\d+ sets of observations: 3 parameters, 3 data values$/);
  });

  test('priors, by their law and support', () => {
    const box = { lower: [0, 0.1], upper: [5, 2] };
    expect(lines(uniform(box)).slice(0, 2)).toEqual(['uniform prior of 2 parameters', '  support  (0, 5) × (0.1, 2)']);
    const laws = [
      normal({ mean: 0 }),
      logNormal({ mean: 0 }),
      truncatedNormal({ mean: 0, std: 1, lower: 0, upper: 1 }),
    ];
    expect(laws.map((law) => lines(law)[0])).toEqual([
      'normal prior of 1 parameter',
      'log-normal prior of 1 parameter',
      'truncated normal prior of 1 parameter',
    ]);
    expect(lines(independent([...laws, ...laws]))[1]).toMatch(/\(0, Infinity\).* × \.\.\.$/);
    expect(lines(mixture([{ weight: 1, component: laws[0] }]))[0]).toBe('mixture prior of 1 parameter');
  });

  test('every task, by its name', () => {
    const all = [tasks.gaussian10d(), tasks.mixture10d(), tasks.multimodal2d(), ...tasks.benchmark.all()];
    expect(all).toHaveLength(13);
    for (const each of all) expect(lines(each)[0]).toContain(`Task ${each.name}: `);
  });
});
