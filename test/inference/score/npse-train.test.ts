import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError, NonFiniteError } from '../../../lib/core/errors';
import { normal } from '../../../lib/distributions/normal';
import { discrete } from '../../../lib/inference/score/levels';
import { npse } from '../../../lib/inference/score/npse';
import type { NpseOptions, TrainedScoreEstimator } from '../../../lib/inference/score/train-score-estimator';
import type { TrainingPairs } from '../../../lib/inference/check-pairs';
import * as widths from '../../../lib/inference/held-out-widths';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import { paperNetwork } from '../../../lib/nn/score/paper-network';
import { gaussianTransitions } from '../../../lib/samplers/gaussian-transitions';
import { interrupted, pairsOf, quick, quiet, rowsOf, trained, withPosterior } from '../quick-estimator';

const prior = normal({ mean: [0, 0] });
const small = paperNetwork({ width: 16, hidden: 2, activation: 'silu' });
let pairs: TrainingPairs;
const tensors: number[] = [];
beforeAll(() => {
  pairs = pairsOf(prior, undefined, 400);
  tensors.push(tf.memory().numTensors);
});
afterAll(() => {
  expect(tf.memory().numTensors).toBe(tensors[0]);
  tf.dispose([pairs.theta, pairs.x]);
});
const canDraw = async (estimator: TrainedScoreEstimator): Promise<boolean> =>
  (await withPosterior(estimator, [[0.1, 0.5]], (posterior) => rowsOf(posterior.sample(50, { seed: 1, ...quiet }))))
    .flat()
    .every(Number.isFinite);

describe('the types of npse.train', () => {
  it('refuse a missing prior, and settings as they were before they were values', () => {
    const misuse = [
      // @ts-expect-error the prior is required
      () => npse.train(pairs, { seed: 1 }),
      // @ts-expect-error a network is made by denoisingNetwork or paperNetwork
      () => npse.train(pairs, { prior, seed: 1, network: { width: 16 } }),
      // @ts-expect-error levels are made by continuous or discrete
      () => npse.train(pairs, { prior, seed: 1, levels: 400 }),
      // @ts-expect-error how weights are fitted is a group of its own
      () => npse.train(pairs, { prior, seed: 1, maxEpochs: 5 }),
    ];
    expect(misuse).toHaveLength(4);
  });
});

describe('npse.train', () => {
  it('refuses invalid settings, and leaves no tensor', async () => {
    const refused: [Partial<NpseOptions>, RegExp][] = [
      [{ fit: { batchSize: 0 } }, /batchSize/],
      [{ fit: { maxEpochs: 1.5 } }, /maxEpochs/],
      [{ fit: { learningRate: NaN } }, /learningRate/],
      [{ gaussians: -1 }, /^npse\.train: gaussians/],
      [{ gaussians: 1.5 }, /^npse\.train: gaussians/],
      [{ emulated: NaN }, /^npse\.train: emulated/],
      [{ network: denoisingNetwork({ exchangeable: 3 }) }, /exchangeable/],
    ];
    for (const [wrong, message] of refused) {
      const error = await npse.train(pairs, { ...quick, prior, ...wrong }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(InvalidInputError);
      expect((error as Error).message).toMatch(message);
    }
    expect(tf.memory().numTensors).toBe(tensors[0]);
  });

  it('gives the same estimator for the same seed, and another for another', async () => {
    const weights: string[] = [];
    for (const seed of [1, 1, 2]) {
      const estimator = await npse.train(pairs, { ...quick, prior, seed });
      weights.push(String(estimator.record().arrays.map(({ values }) => values.join())));
      estimator.dispose();
    }
    expect(weights[1]).toBe(weights[0]);
    expect(weights[2]).not.toBe(weights[0]);
  });

  it.each([
    ['paperSettings', npse.paperSettings, 'noise'],
    ['discreteSettings', npse.discreteSettings, 'score'],
  ] as const)('takes nothing of continuous training into %s', async (_, settings, parameterisation) => {
    const fit = { ...settings.fit, maxEpochs: 1 };
    const estimator = await npse.train(pairs, { ...settings, network: small, prior, seed: 1, fit, ...quiet });
    expect(estimator.config).toMatchObject({
      kind: 'npse',
      version: 2,
      network: { name: 'paper', width: 16 },
      levels: { name: 'discrete', count: 400 },
      parameterisation,
      training: { simulations: 400, emulated: 0 },
    });
    estimator.dispose();
  });

  it('trains plain and raw, as the paper does', async () => {
    // long enough for a score that holds the particles: one of a few steps is rightly told to diverge
    const fit = { ...npse.paperSettings.fit, learningRate: 2e-3, maxEpochs: 60 };
    const estimator = await trained(prior, { ...npse.paperSettings, network: small, fit });
    const { theta, x } = estimator.config.frame;
    expect([theta.mean, theta.std, x.mean, x.std]).toEqual([
      [0, 0],
      [1, 1],
      [0, 0],
      [1, 1],
    ]);
    expect(estimator.record().arrays.some(({ name }) => name.startsWith('gaussian/'))).toBe(false);
    expect(await canDraw(estimator)).toBe(true);
    estimator.dispose();
  });

  it('takes several Gaussians, and discrete levels that samplers then go down', async () => {
    const estimator = await npse.train(pairs, {
      ...quick,
      prior,
      gaussians: 3,
      network: small,
      levels: discrete({ count: 20 }),
    });
    const sampler = gaussianTransitions();
    const draws = await withPosterior(estimator, [[0.1, 0.5]], (posterior) =>
      rowsOf(posterior.sample(50, { seed: 1, sampler, ...quiet })),
    );
    expect(draws.flat().every(Number.isFinite)).toBe(true);
    estimator.dispose();
  });

  it('hands over, on interrupt and where the loss leaves the finite numbers, the best estimator so far', async () => {
    const stopped = await interrupted((signal) =>
      npse.train(pairs, { ...quick, prior, fit: { maxEpochs: 100_000 }, signal, progress: true }),
    );
    expect(stopped).toBeInstanceOf(InterruptedError);
    const broken = await npse
      .train(pairs, { ...quick, prior, fit: { maxEpochs: 100, learningRate: 1e30 } })
      .catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(NonFiniteError);
    for (const [error, ended] of [
      [stopped, 'interrupted'],
      [broken, 'not finite'],
    ] as const) {
      const partial = (error as InterruptedError<TrainedScoreEstimator>).partial!;
      expect(partial.fit.ended).toBe(ended);
      expect(await canDraw(partial)).toBe(true);
      partial.dispose();
    }
  });

  it('tells how wide posteriors of held-out simulations are, and hands over the estimator where that is interrupted', async () => {
    const many = pairsOf(prior, undefined, 1000);
    const options = { ...quick, prior, fit: { maxEpochs: 2, validationFraction: 0.2 } };
    const estimator = await npse.train(many, options);
    expect(estimator.fit.widths).toHaveLength(2);
    // a linear Gaussian model, whose closed form is right; the standard error of 200 ranks is .06
    estimator.fit.widths!.forEach((width) => expect(Math.abs(width - 1)).toBeLessThan(0.25));
    const each = vi.spyOn(widths, 'heldOutWidths').mockRejectedValue(new InterruptedError('stopped'));
    const error = await npse.train(many, options).catch((reason: unknown) => reason);
    each.mockRestore();
    expect((error as Error).message).toMatch(/^Training was over/);
    const { partial } = error as InterruptedError<TrainedScoreEstimator>;
    expect(partial!.record().arrays).toEqual(estimator.record().arrays);
    partial!.dispose();
    estimator.dispose();
    tf.dispose([many.theta, many.x]);
  });

  it('warns of a training that found nothing better than its start', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    // the closed form is exact, and a step of this size makes it worse
    const estimator = await npse.train(pairs, { ...quick, prior, fit: { maxEpochs: 1, learningRate: 1, ema: 0 } });
    expect(estimator.fit.bestEpoch).toBe(0);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^npse\.train: no epoch was better on the \d+ held-out/));
    warn.mockRestore();
    estimator.dispose();
  });
});
