import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { InterruptedError, InvalidInputError } from '../../../lib/core/errors';
import { normal } from '../../../lib/distributions/normal';
import { uniform } from '../../../lib/distributions/uniform';
import { nle, type TrainedNleEstimator } from '../../../lib/inference/likelihood/nle';
import { exactMoments } from '../exact-gaussian';
import { interrupted, quiet, valuesOf } from '../quick-estimator';
import { density, expectMoments, learnedGaussian, noise, observations, simulations, task } from './gaussian-likelihood';

const { prior } = task;

const learned = learnedGaussian();
const { drawn } = learned;

describe('nle', () => {
  it('draws the exact posterior of a linear Gaussian model given three observations', async () => {
    const n = 3;
    expectMoments(await drawn(observations(n)), exactMoments(task, observations(n)), n);
  });

  it('refuses a prior of other parameters or beyond that of training, and warns of one beyond the simulations', async () => {
    expect(() => learned.estimator().given([[0, 0]], { prior: normal({ mean: [0], std: 1 }) })).toThrow(/2 parameters/);
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    learned
      .estimator()
      .given([[0, 0]], { prior: normal({ mean: [0, 0], std: 10 }) })
      .dispose();
    expect(String(warn.mock.calls[0])).toMatch(/% of its draws lie beyond all parameters that were simulated/);
    warn.mockRestore();
    const box = uniform({ lower: [0, 0], upper: [1, 1] });
    const few = {
      theta: tf.tensor2d([
        [0.1, 0.2],
        [0.4, 0.9],
        [0.7, 0.3],
        [0.5, 0.5],
      ]),
      x: tf.tensor2d([[1], [2.5], [3], [4]]),
    };
    const quietly = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const ofBox = await nle.train(few, { prior: box, seed: 1, density, fit: { maxEpochs: 1 }, ...quiet });
    quietly.mockRestore();
    expect(() => ofBox.given([[1]], { prior })).toThrow(/a support within that of training, \[0, 0\] to \[1, 1\]/);
    ofBox.dispose();
    tf.dispose([few.theta, few.x]);
  });

  it('knows the log likelihood in the units of the data, a sum over observations', async () => {
    const x = observations(3);
    const theta = tf.tensor2d([
      [0.3, -0.2],
      [1, 0.4],
    ]);
    const told = await valuesOf(learned.estimator().logLikelihood(theta, x));
    const exact = theta
      .arraySync()
      .map((row) =>
        x.reduce(
          (sum, values) =>
            values.reduce(
              (all, value, k) => all - (value - row[k]) ** 2 / (2 * noise[k]) - Math.log(2 * Math.PI * noise[k]) / 2,
              sum,
            ),
          0,
        ),
      );
    told.forEach((value, b) => expect(Math.abs(value - exact[b])).toBeLessThan(0.4));
    await expect(learned.estimator().logLikelihood(theta, [[1]])).rejects.toThrow(InvalidInputError);
    theta.dispose();
  });

  it('goes through many observations in parts, with the same sum and score', async () => {
    const many = observations(3000);
    const theta = tf.tensor2d(observations(20));
    const whole = await valuesOf(learned.estimator().logLikelihood(theta, many));
    const halves = [many.slice(0, 1700), many.slice(1700)];
    const [first, second] = [
      await valuesOf(learned.estimator().logLikelihood(theta, halves[0])),
      await valuesOf(learned.estimator().logLikelihood(theta, halves[1])),
    ];
    whole.forEach((value, b) => expect(Math.abs(value / (first[b] + second[b]) - 1)).toBeLessThan(1e-5));
    theta.dispose();
  });

  it('leaves constant columns out, says so, and is the same read back from its record', async () => {
    const info = vi.spyOn(console, 'info').mockImplementation(() => {});
    const wide = {
      theta: learned.pairs().theta,
      x: tf.tidy(() => tf.concat([tf.fill([simulations, 1], 7), learned.pairs().x], 1)) as tf.Tensor2D,
    };
    const short = { prior, seed: 1, density, members: 2, fit: { maxEpochs: 4 }, ...quiet };
    const trained = await nle.train(wide, short);
    expect(String(info.mock.calls)).toMatch(/1 constant column of x has no density and is left out/);
    expect(trained.config.columns).toEqual({ modelled: [1, 2], whole: [] });
    info.mockRestore();
    const record = trained.record();
    const again = nle.restore({ config: JSON.parse(JSON.stringify(record.config)), arrays: record.arrays }, { prior });
    const theta = tf.tensor2d(observations(2));
    const x = [[7, 0.5, -0.5]];
    expect(await valuesOf(again.logLikelihood(theta, x))).toEqual(await valuesOf(trained.logLikelihood(theta, x)));
    const other = normal({ mean: [0, 0], std: 2 });
    expect(() => nle.restore(record, { prior: other })).toThrow(/prior of training/);
    for (const each of [again, trained]) each.dispose();
    tf.dispose([theta, wide.x]);
  });

  it('refuses data that do not vary, and hands over what an interrupted training has', async () => {
    const constant = { theta: learned.pairs().theta, x: tf.ones<tf.Rank.R2>([simulations, 3]) };
    await expect(nle.train(constant, { prior, seed: 1, ...quiet })).rejects.toThrow(/3 constant columns/);
    constant.x.dispose();
    const error = await interrupted((signal) =>
      nle.train(learned.pairs(), { prior, seed: 1, density, fit: { maxEpochs: 500, patience: 500 }, signal }),
    );
    expect(error).toBeInstanceOf(InterruptedError);
    ((error as InterruptedError).partial as TrainedNleEstimator).dispose();
  });
});
