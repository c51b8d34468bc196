import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { diffusedTarget, type ComposedScore } from '../../lib/compose/composed-score';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { annealedLangevin } from '../../lib/samplers/annealed-langevin';
import { gaussianTransitions } from '../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../lib/samplers/predictor-corrector';
import { expectExact, paperCase, samples } from './exact-moments';
import { gaussianCase, momentsOf } from './exact-target';

describe('gaussianTransitions with exact scores', () => {
  it('is exact for one observation', async () => {
    const target = paperCase(1);
    // ancestral steps of T = 400 levels with beta up to .05: their variance is off by less than 1%
    expectExact(await momentsOf(target.composed, gaussianTransitions(), samples), target, {
      mean: 0.01,
      variance: 0.01,
    });
  });

  it('is too narrow for several, by the bias that is known: a standard deviation of about .75 of the true one for eight', async () => {
    const target = paperCase(8);
    const { covariance } = await momentsOf(target.composed, gaussianTransitions(), samples);
    const ratio = Math.sqrt(covariance.reduce((sum, row, i) => sum + row[i] / target.covariance[i][i], 0) / 10);
    expect(ratio).toBeGreaterThan(0.73);
    expect(ratio).toBeLessThan(0.77);
  });
});

describe('predictorCorrector with exact scores', () => {
  it.each([1, 2, 8, 32])('has the exact mean and covariance for %i observations', async (n) => {
    const target = paperCase(n);
    // one corrector a level halves the lag of the mean, which for n = 32 is left at about .02 standard deviations and
    // 2% of the variance
    expectExact(await momentsOf(target.composed, predictorCorrector(), samples), target, {
      mean: 0.02,
      variance: 0.02,
    });
  });

  it('has them with a quarter of the levels, but for a small bias', async () => {
    const target = paperCase(8);
    expectExact(
      await momentsOf(target.composed, predictorCorrector(), samples, { levels: vpLevels({ count: 100 }) }),
      target,
      { mean: 0.05, variance: 0.04 },
    );
  });

  it('refuses a step or a number of corrections out of range, naming it', () => {
    for (const relativeStep of [0, -1, 1.6, 2, NaN])
      expect(() => predictorCorrector({ relativeStep })).toThrow(/relativeStep/);
    for (const corrections of [0, -1, 1.5, NaN])
      expect(() => predictorCorrector({ corrections })).toThrow(/gaussianTransitions\(\)/);
  });
});

describe('annealedLangevin with exact scores', () => {
  it("is too wide with the paper's step and few steps, less so with more", async () => {
    const target = paperCase(2);
    const widths: number[] = [];
    for (const steps of [1, 10]) {
      const { covariance } = await momentsOf(target.composed, annealedLangevin({ steps }), 500);
      widths.push(covariance.reduce((sum, row, i) => sum + row[i] / target.covariance[i][i], 0) / 10);
    }
    expect(widths[0]).toBeGreaterThan(1.5);
    expect(widths[1]).toBeGreaterThan(1.05);
    expect(widths[1]).toBeLessThan(widths[0] - 0.1);
  });

  it('takes the step size that it is given: larger ones reach the target sooner', async () => {
    const target = gaussianCase([[1], [2]], [[1]]);
    const width = async (stepSize: number): Promise<number> =>
      (await momentsOf(target.composed, annealedLangevin({ steps: 5, stepSize }), samples)).covariance[0][0] /
      target.covariance[0][0];
    expect(await width(1)).toBeLessThan((await width(0.05)) - 0.1);
  });

  it('refuses invalid steps and step sizes', () => {
    for (const steps of [0, -1, 1.5, NaN]) expect(() => annealedLangevin({ steps })).toThrow(InvalidInputError);
    for (const stepSize of [0, -1, NaN]) expect(() => annealedLangevin({ stepSize })).toThrow(/stepSize/);
  });
});

describe('a target of two modes', () => {
  /** The exact diffused score of w N(mu, s^2) + (1 - w) N(-mu, s^2) in one dimension. */
  const twoModes = (weight: number, mu: number, std: number): ComposedScore =>
    diffusedTarget(1, (theta, level) => {
      const variance = tf.add(tf.mul(tf.square(level.meanCoeff), std * std), tf.square(level.std));
      const centre = tf.mul(level.meanCoeff, mu);
      // log odds of the right mode: log w/(1-w) + 2 m theta / v
      const right = tf.sigmoid(
        tf.add(Math.log(weight / (1 - weight)), tf.div(tf.mul(2, tf.mul(centre, theta)), variance)),
      );
      const nearest = tf.mul(centre, tf.sub(tf.mul(2, right), 1));
      return tf.div(tf.sub(nearest, theta), variance) as tf.Tensor2D;
    });

  it.each([
    ['predictorCorrector', predictorCorrector()],
    ['gaussianTransitions', gaussianTransitions()],
  ])('keeps both modes and their weights under %s', async (_, sampler) => {
    const [weight, mu, std] = [0.3, 2, 0.3];
    const { rows } = await momentsOf(twoModes(weight, mu, std), sampler, samples);
    const right = rows.map(([value]) => value).filter((value) => value > 0);
    expect(Math.abs(right.length / samples - weight)).toBeLessThan(
      4 * Math.sqrt((weight * (1 - weight)) / samples) + 0.01,
    );
    const mean = right.reduce((sum, value) => sum + value, 0) / right.length;
    const variance = right.reduce((sum, value) => sum + (value - mean) ** 2, 0) / right.length;
    expect(Math.abs(mean - mu)).toBeLessThan((4 * std) / Math.sqrt(right.length) + 0.01);
    expect(Math.abs(variance / std ** 2 - 1)).toBeLessThan(4 * Math.sqrt(2 / right.length) + 0.05);
  });
});

describe('each sampler', () => {
  const levels = vpLevels({ count: 20 });
  const target = gaussianCase(
    [
      [0.5, -0.5],
      [1, 0],
    ],
    [
      [1, 0.3],
      [0.3, 0.5],
    ],
  );
  const start = tf.tensor2d(Array.from({ length: 64 }, ((source) => () => [source.normal(), source.normal()])(rng(4))));

  it.each(
    [gaussianTransitions(), predictorCorrector({ corrections: 2 }), annealedLangevin({ steps: 3 })].map(
      (sampler) => [sampler.id, sampler] as const,
    ),
  )('%s says how often it calls the score', (_, sampler) => {
    let calls = 0;
    const counted: ComposedScore = {
      ...target.composed,
      observations: (theta, level) => (calls++, target.composed.observations(theta, level)),
    };
    const descent = sampler.descend({ levels });
    const round = tf.scalar(levels.count - 6, 'int32');
    const first = descent.start(counted, start);
    tf.tidy(() => void descent.round(counted, first, round, tf.tensor1d([1, 2], 'int32')));
    expect([descent.rounds, descent.calls]).toEqual([levels.count - 1, calls * (levels.count - 1)]);
  });

  it('is named by its settings', () => {
    const ids = [
      gaussianTransitions(),
      predictorCorrector(),
      predictorCorrector({ corrections: 2 }),
      predictorCorrector({ relativeStep: 0.5 }),
      annealedLangevin(),
      annealedLangevin({ steps: 5 }),
      annealedLangevin({ stepSize: 0.1 }),
    ].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
