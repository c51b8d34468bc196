import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import { fmpe } from '../../../lib/inference/score/fmpe';
import { npse } from '../../../lib/inference/score/npse';
import type { PosteriorSampleOptions } from '../../../lib/inference/score/score-posterior';
import type { TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import { annealedLangevin } from '../../../lib/samplers/annealed-langevin';
import { gaussianTransitions } from '../../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../../lib/samplers/predictor-corrector';
import { quiet, rowsOf, trained, withPosterior } from '../quick-estimator';

describe('a trained estimator of 3 parameters and 7 data values, one of them constant', () => {
  const prior = normal({ mean: [0, 1, 2], std: [1, 2, 0.01] });
  const observation = [0.1, 1, 2, 0, 1, 2, 0];
  const levels = vpLevels({ count: 20 });
  let estimator: TrainedScoreEstimator;
  const tensors = tf.memory().numTensors;
  beforeAll(async () => void (estimator = await trained(prior, {}, 7)));
  afterAll(() => {
    estimator.dispose();
    expect(tf.memory().numTensors).toBe(tensors);
  });
  const drawn = (xObs: number[][], options: Partial<PosteriorSampleOptions> = {}, count = 300): Promise<number[][]> =>
    withPosterior(estimator, xObs, (posterior) =>
      rowsOf(posterior.sample(count, { seed: 1, sampler: predictorCorrector({ levels }), ...quiet, ...options })),
    );

  it('tells its shapes, its settings and how training went', () => {
    const { config, fit } = estimator;
    expect(config).toMatchObject({
      kind: 'npse',
      version: 2,
      dims: { theta: 3, x: 7 },
      network: { name: 'denoising', width: 16, blocks: 1, hidden: 1 },
      levels: { name: 'continuous', diffusion: { name: 'vpLinear' }, weighting: 'balanced', count: 400 },
      parameterisation: 'edm',
      training: { simulations: 1000, emulated: 0, bestEpoch: fit.bestEpoch, validationLoss: fit.validationLoss },
    });
    expect(config.frame.x.std[0]).toBe(1);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    expect(fit.history.length).toBeGreaterThan(1);
  });

  it.each([
    ['gaussianTransitions', gaussianTransitions({ levels })],
    ['predictorCorrector', predictorCorrector({ corrections: 2, levels })],
    ['annealedLangevin', annealedLangevin({ steps: 2, levels })],
    ['no sampler named', undefined],
  ])('draws with %s', async (_, sampler) => {
    const rows = await drawn([observation, observation], { sampler }, 10);
    expect(rows.flat().every(Number.isFinite)).toBe(true);
  });

  it('takes 50 observations, and narrows with their number', async () => {
    const sampler = predictorCorrector({ levels: vpLevels({ count: 100 }) });
    const spread = (rows: number[][]): number => {
      const mean = rows.reduce((sum, row) => sum + row[0], 0) / rows.length;
      return Math.sqrt(rows.reduce((sum, row) => sum + (row[0] - mean) ** 2, 0) / rows.length);
    };
    const many = await drawn(new Array(50).fill(observation), { sampler });
    expect(spread(many)).toBeLessThan(spread(await drawn([observation], { sampler })) / 2);
  });

  it('does not look at the order of observations', async () => {
    const source = rng(8);
    const xObs = Array.from({ length: 5 }, () =>
      observation.map((value, k) => (k === 0 ? value : value + 0.3 * source.normal())),
    );
    const [one, other] = [await drawn(xObs), await drawn([...xObs].reverse())];
    // the noise is the same, so only the rounding of sums differs
    one.forEach((row, i) =>
      row.forEach((value, k) => expect(Math.abs(value - other[i][k])).toBeLessThan(5e-3 * (1 + Math.abs(value)))),
    );
  });

  it('warns once of observations far from the simulations, with the distance', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    estimator.given([observation]).dispose();
    expect(warn).not.toHaveBeenCalled();
    const far = observation.map((value, k) => (k === 1 ? 1000 : value));
    estimator.given([observation, far, far]).dispose();
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^Observation [12]: value 1 lies \d+\.\d times .* \(and 1 of 3 others are far out\)/)],
    ]);
    warn.mockRestore();
  });

  it('refuses invalid compositions, and ones without a name', () => {
    const given = (compose: unknown) => () => estimator.given([observation], { compose: compose as never });
    expect(given('factorized')).toThrow(/given: compose: expected a composition, such as factorized\(\)/);
    const nameless = { compose: () => expect.unreachable(), isDiffused: () => true };
    expect(given(nameless)).toThrow(/given: compose\.id: expected a text/);
    expect(given({ ...nameless, id: '' })).toThrow(InvalidInputError);
  });

  it('is read back with the prior of training only, by its own method only', () => {
    const before = tf.memory().numTensors;
    const record = estimator.record();
    for (const other of [
      normal({ mean: [0, 1, 2], std: [1, 2.1, 0.01] }),
      normal({ mean: [0, 1.5, 2], std: [1, 2, 0.01] }),
      uniform({ lower: [5, 5, 5], upper: [6, 6, 6] }),
      normal({ mean: [0, 1] }),
    ])
      expect(() => npse.restore(record, { prior: other })).toThrow(InvalidInputError);
    expect(() => npse.restore({ ...record, config: { ...record.config, version: 3 } }, { prior })).toThrow(
      /an NPSE estimator of version 1 or 2, received npse of version 3/,
    );
    expect(() => fmpe.restore(record, { prior })).toThrow(/an FMPE estimator of version 1 or 2, received npse/);
    expect(tf.memory().numTensors).toBe(before);
  });
});
