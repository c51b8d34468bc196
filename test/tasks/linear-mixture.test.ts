import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { compile } from '../../lib/graph/compile';
import { drawObservations } from '../../lib/simulation/draw-observations';
import { gaussian10d } from '../../lib/tasks/gaussian-linear';
import { linearMixture, mixture10d, multimodal2d } from '../../lib/tasks/linear-mixture';
import { simulate } from '../../lib/simulation/simulate';
import { unnormalisedPosterior } from '../../lib/tasks/unnormalised-posterior';

describe('mixture10d', () => {
  it('is the model of the paper: second and fourth moments of the data around theta', async () => {
    const task = mixture10d();
    const n = 20_000;
    const sims = await simulate(task, n, { seed: 3, workers: 0, progress: false });
    const [second, fourth] = tf.tidy(() => {
      const noise = tf.sub(sims.x, sims.theta);
      return [tf.mean(tf.pow(noise, 2), 0).arraySync(), tf.mean(tf.pow(noise, 4), 0).arraySync()] as number[][];
    });
    second.forEach((value, i) => {
      const sigma = 0.6 + (0.8 * i) / 9;
      const variance = (0.5 * 2.25 + 0.5 / 9) * sigma;
      const kurtic = 3 * (0.5 * 2.25 ** 2 + 0.5 / 81) * sigma ** 2;
      expect(Math.abs(value - variance)).toBeLessThan(4 * Math.sqrt((kurtic - variance ** 2) / n));
      // the eighth moment of a Gaussian is 105 sigma^8
      const eighth = 105 * (0.5 * 2.25 ** 4 + 0.5 / 9 ** 4) * sigma ** 4;
      expect(Math.abs(fourth[i] - kurtic)).toBeLessThan(4 * Math.sqrt((eighth - kurtic ** 2) / n));
    });
    sims.dispose();
  });
});

describe('the exact posterior of a linear mixture', () => {
  it.each([
    ['mixture-10d', mixture10d(), 4],
    ['multimodal-2d', multimodal2d(), 5],
    ['gaussian-10d', gaussian10d(), 3],
  ])('has the score and log density of prior times likelihood, eagerly and compiled: %s', (_, task, n) => {
    const { xObs, theta: truth } = drawObservations(task, n, 1);
    const exact = task.exactPosterior(xObs);
    const density = unnormalisedPosterior(task, xObs);
    const family = unnormalisedPosterior(task);
    // the observations are an argument of the graph, not constants in it
    const compiled = compile((theta: tf.Tensor2D, x: tf.Tensor2D) => ({
      log: family.logProb(theta, { x }),
      score: family.score(theta, { x }),
    }));
    tf.tidy(() => {
      const theta = tf.add(truth, tf.mul(0.3, tf.randomNormal([6, task.prior.dim], 0, 1, 'float32', 7))) as tf.Tensor2D;
      const constants = tf.sub(exact.logProb(theta), density.logProb(theta)).arraySync() as number[];
      constants.forEach((value) => expect(Math.abs(value - constants[0])).toBeLessThan(2e-3));
      compiled(theta, tf.zeros([n, task.dataDim]));
      const recorded = compiled(theta, tf.tensor2d(xObs));
      expect(compiled.graphs).toBe(1);
      const [logs, again] = [density.logProb(theta), recorded.log].map((each) => each.dataSync());
      logs.forEach((value, i) => expect(again[i]).toBeCloseTo(value, 3));
      const scores = [exact.score(theta), density.score(theta), recorded.score].map((s) => s.dataSync());
      scores[0].forEach((value, i) => {
        expect(Math.abs(scores[1][i] - value)).toBeLessThan(1e-3 * (1 + Math.abs(value)));
        expect(Math.abs(scores[2][i] - value)).toBeLessThan(1e-3 * (1 + Math.abs(value)));
      });
    });
    compiled.dispose();
  });

  it('is normalised: it integrates to one on a grid, for one and for three observations', () => {
    const task = multimodal2d();
    const { xObs } = drawObservations(task, 3, 2);
    for (const n of [1, 3]) {
      const step = 0.05;
      const axis = Array.from({ length: 241 }, (_, i) => -6 + step * i);
      const integral = tf.tidy(() => {
        const grid = tf.tensor2d(axis.flatMap((a) => axis.map((b) => [a, b])));
        return tf.sum(tf.exp(task.exactPosterior(xObs.slice(0, n)).logProb(grid))).dataSync()[0] * step ** 2;
      });
      expect(integral).toBeCloseTo(1, 4);
    }
  });

  it('has 2^n parts, equal weights on both modes of the multimodal model, and does not depend on the order', () => {
    const task = multimodal2d();
    const { xObs } = drawObservations(task, 4, 3);
    const { components, logProb } = task.exactPosterior(xObs);
    expect(components.length).toBeLessThanOrEqual(16);
    const reversed = task.exactPosterior([...xObs].reverse());
    tf.tidy(() => {
      const theta = tf.tensor2d([
        [0.4, -1],
        [-0.4, 1],
      ]);
      const [a, b] = logProb(theta).dataSync();
      expect(a).toBeCloseTo(b, 4);
      expect(reversed.logProb(theta).dataSync()[0]).toBeCloseTo(a, 4);
    });
  });

  it('draws what it says: the mean square of the draws, within four standard errors', async () => {
    const task = mixture10d();
    const posterior = task.exactPosterior(drawObservations(task, 3, 2).xObs);
    const n = 10_000;
    const draws = await posterior.sample(n, { seed: 4 });
    const rows = draws.arraySync();
    for (let i = 0; i < 10; i++) {
      const moment = (power: number): number =>
        posterior.components.reduce((sum, { weight, component: { mean, covariance } }) => {
          const [m, v] = [mean[i], covariance[i][i]];
          return sum + weight * (power === 2 ? m ** 2 + v : m ** 4 + 6 * m ** 2 * v + 3 * v ** 2);
        }, 0);
      const drawn = rows.reduce((sum, row) => sum + row[i] ** 2, 0) / n;
      expect(Math.abs(drawn - moment(2))).toBeLessThan(4 * Math.sqrt((moment(4) - moment(2) ** 2) / n));
    }
    draws.dispose();
  });

  it('refuses too many observations, and invalid ones', () => {
    const task = multimodal2d();
    expect(() => task.exactPosterior(new Array(13).fill([1, 1]))).toThrow(/at most 12 observations.*13/s);
    expect(() => task.exactPosterior([])).toThrow(InvalidInputError);
    expect(() => task.exactPosterior([[1, NaN]])).toThrow(InvalidInputError);
    expect(() => unnormalisedPosterior(task, [[1, 2, 3]])).toThrow(InvalidInputError);
    const { logLikelihood: _, ...without } = task;
    expect(() => unnormalisedPosterior(without, [[1, 2]])).toThrow(/logLikelihood/);
  });

  it('refuses invalid parts', () => {
    expect(() => linearMixture('none', [])).toThrow(InvalidInputError);
    expect(() => linearMixture('bad', [{ weight: 0, scale: 1, variance: [1] }])).toThrow(/weight/);
    expect(() => linearMixture('bad', [{ weight: 1, scale: 1, variance: [0] }])).toThrow(/variance/);
  });
});
