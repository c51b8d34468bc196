import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { normal } from '../../../lib/distributions/normal';
import { flowNpe, type FlowEstimator, type TrainedFlowEstimator } from '../../../lib/inference/density/flow-npe';
import { npse } from '../../../lib/inference/score/npse';
import { covariance, mean } from '../../../lib/maths/moments';
import { rowsOf, valuesOf, withPosterior } from '../quick-estimator';
import { logProbAt, quickFlow, three, tiny, trainedFlow } from './quick-flow';

const drawn = (estimator: FlowEstimator, xObs: number[][], samples = 20): Promise<number[][]> =>
  withPosterior(estimator, xObs, (posterior) => rowsOf(posterior.sample(samples, { seed: 5 })));

describe('a flow estimator', () => {
  let estimator: TrainedFlowEstimator;
  const xObs = [
    [0.1, 0.5],
    [-0.3, 0.2],
    [0.4, 0.1],
  ];
  beforeAll(async () => void (estimator = await trainedFlow(three, { fit: { maxEpochs: 20 } })));
  afterAll(() => estimator.dispose());
  afterEach(() => vi.restoreAllMocks());

  it('tells its shapes and how training went', () => {
    const { config, fit } = estimator;
    expect(config).toMatchObject({ kind: 'flow-npe', version: 2, dims: { theta: 3, x: 2 }, maxObservations: 4 });
    expect(config.training).toMatchObject({ observations: 600, bestEpoch: fit.bestEpoch, steps: fit.steps });
    expect(config.frame.x.std.every((std) => std > 0.5 && std < 2)).toBe(true);
    expect(fit.history.length).toBeGreaterThan(1);
  });

  it('draws others for other observations, and does not look at their order', async () => {
    const [one, other] = [await drawn(estimator, xObs), await drawn(estimator, [...xObs].reverse())];
    one.forEach((row, i) => row.forEach((value, k) => expect(Math.abs(value - other[i][k])).toBeLessThan(1e-4)));
    expect(await drawn(estimator, [[0.1, 0.5]])).not.toEqual(one);
  });

  it('has the density of its draws: log q = log N(z) - log |det dtheta / dz|', async () => {
    await withPosterior(estimator, xObs, async (posterior) => {
      const rows = await rowsOf(posterior.sample(20_000, { seed: 2 }));
      // the entropy of a flow of couplings is not known, but E[q'(theta) / q(theta)] = 1 for every density q', here a
      // Gaussian's
      const other = normal({ mean: mean(rows), covariance: covariance(rows).map((row) => row.map((v) => 0.7 * v)) });
      const own = await logProbAt(posterior, rows);
      const ofOther = tf.tidy(() => Array.from(other.logProb(tf.tensor2d(rows)).dataSync()));
      const ratios = own.map((value, i) => Math.exp(ofOther[i] - value));
      const average = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
      const variance = ratios.reduce((sum, ratio) => sum + (ratio - average) ** 2, 0) / ratios.length;
      expect(Math.abs(average - 1)).toBeLessThan(4 * Math.sqrt(variance / ratios.length));
    });
  });

  it('works in passes for many rows, with the same numbers', async () => {
    await withPosterior(estimator, xObs, async ({ density, sample }) => {
      const samples = await sample(40_000, { seed: 2 });
      expect(samples.shape).toEqual([40_000, 3]);
      const some = samples.slice([33_000, 0], [10, -1]);
      const all = await valuesOf(density.logProb(samples));
      const few = await valuesOf(density.logProb(some));
      few.forEach((value, i) => expect(Math.abs(value - all[33_000 + i])).toBeLessThan(1e-4));
      tf.dispose([samples, some]);
    });
  });

  it('warns of more observations than training had, and of such far from the simulations, and still draws', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const finite = async (count: number): Promise<boolean> =>
      (await drawn(estimator, new Array<number[]>(count).fill(xObs[0]))).flat().every(Number.isFinite);
    expect(await finite(4)).toBe(true);
    expect(warn).not.toHaveBeenCalled();
    expect(await finite(5)).toBe(true);
    expect(warn.mock.calls).toEqual([[expect.stringMatching(/has seen at most 4 observations.*and 5 came/)]]);
    estimator.given([[0, 1000]]).dispose();
    expect(warn).toHaveBeenCalledTimes(2);
    expect(warn.mock.calls[1][0]).toMatch(/^Observation 0: value 1 lies \d+/);
  });

  it('is read back with the prior of training only, by its own method only', () => {
    const before = tf.memory().numTensors;
    const record = estimator.record();
    expect(() => flowNpe.restore(record, { prior: normal({ mean: [0, 0] }) })).toThrow(/prior of 3 parameters/);
    expect(() => flowNpe.restore(record, { prior: normal({ mean: [0, 0, 0] }) })).toThrow(/the prior of training/);
    expect(() => npse.restore(record, { prior: three })).toThrow(
      /an NPSE estimator of version 1 or 2, received flow-npe of version 2/,
    );
    expect(() => flowNpe.restore({ ...record, config: { kind: 'npse', version: 1 } }, { prior: three })).toThrow(
      /a flow NPE estimator of version 1 or 2, received npse of version 1/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('trains raw, as the paper does', async () => {
    const fit = { ...flowNpe.paperSettings.fit, ...quickFlow.fit };
    const raw = await trainedFlow(three, { ...flowNpe.paperSettings, network: tiny, fit });
    const { theta, x } = raw.config.frame;
    expect([theta.std, theta.mean, x.std]).toEqual([
      [1, 1, 1],
      [0, 0, 0],
      [1, 1],
    ]);
    expect((await drawn(raw, xObs)).flat().every(Number.isFinite)).toBe(true);
    raw.dispose();
  });
});
