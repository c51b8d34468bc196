import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { integratedLeapfrog, leapfrog, type Phase } from '../../lib/mcmc/leapfrog';
import { multimodal2d } from '../../lib/tasks/linear-mixture';

const standard = (dim: number) => normal({ mean: new Array<number>(dim).fill(0), std: 1 });

describe('leapfrog', () => {
  const density = multimodal2d().exactPosterior([
    [1, 1],
    [0.5, 1.5],
  ]);
  const energy = ({ theta, momentum }: Phase): Float32Array =>
    tf.tidy(() => tf.sub(tf.div(tf.sum(tf.square(momentum), 1), 2), density.logProb(theta)).dataSync() as Float32Array);
  const start = (): Phase => {
    const theta = priorSamples(standard(2), 32, 1);
    return { theta, momentum: priorSamples(standard(2), 32, 2), score: density.score(theta) };
  };
  const go = (phase: Phase, step: number, count: number): Phase =>
    leapfrog(density.score, phase, { step, spread: tf.tensor1d([0.7, 1.2]) }, count);

  it('comes back when the momentum is turned round', () => {
    tf.tidy(() => {
      const first = start();
      const end = go(first, 0.1, 20);
      const back = go({ ...end, momentum: tf.neg(end.momentum) }, 0.1, 20);
      expect(tf.max(tf.abs(tf.sub(back.theta, first.theta))).dataSync()[0]).toBeLessThan(1e-4);
      expect(tf.max(tf.abs(tf.add(back.momentum, first.momentum))).dataSync()[0]).toBeLessThan(1e-4);
      expect(tf.max(tf.abs(tf.sub(end.theta, first.theta))).dataSync()[0]).toBeGreaterThan(0.5);
    });
  });

  it('errs in energy by the second order: a quarter of the error with half the step', () => {
    tf.tidy(() => {
      const first = start();
      const before = energy(first);
      const [coarse, fine] = [0.2, 0.1].map((step) => {
        const after = energy(go(first, step, Math.round(0.8 / step)));
        return Math.sqrt(after.reduce((sum, value, i) => sum + (value - before[i]) ** 2, 0) / 32);
      });
      expect(coarse / fine).toBeGreaterThan(3.3);
      expect(coarse / fine).toBeLessThan(4.8);
    });
  });
});

describe('the change of log p along a trajectory', () => {
  const changes = (
    density: { score(theta: tf.Tensor2D): tf.Tensor2D; logProb(theta: tf.Tensor2D): tf.Tensor },
    step: number,
  ) => {
    const theta = priorSamples(standard(2), 32, 1);
    const momentum = priorSamples(standard(2), 32, 2);
    const first = { theta, momentum, score: density.score(theta) };
    const scale = { step, spread: tf.tensor1d([0.7, 1.2]) };
    const { end, change } = integratedLeapfrog(density.score, first, scale, Math.round(0.8 / step));
    const exact = tf.sub(density.logProb(end.theta), density.logProb(theta));
    return { change: Array.from(change.dataSync()), exact: Array.from(exact.dataSync()) };
  };

  it('is exact for a Gaussian, whatever the step', () => {
    tf.tidy(() => {
      const gaussian = normal({ mean: [0.5, -1], covariance: [[1, 0.6], [0.6, 0.5]] }); // prettier-ignore
      const { change, exact } = changes(gaussian, 0.4);
      change.forEach((value, i) => expect(Math.abs(value - exact[i])).toBeLessThan(1e-4 * (1 + Math.abs(exact[i]))));
      expect(Math.max(...exact.map(Math.abs))).toBeGreaterThan(1);
    });
  });

  it('errs by the fourth order elsewhere: a sixteenth with half the step', () => {
    tf.tidy(() => {
      const density = multimodal2d().exactPosterior([[1, 1], [0.5, 1.5]]); // prettier-ignore
      const [coarse, fine] = [0.4, 0.2].map((step) => {
        const { change, exact } = changes(density, step);
        return Math.sqrt(change.reduce((sum, value, i) => sum + (value - exact[i]) ** 2, 0) / 32);
      });
      expect(coarse / fine).toBeGreaterThan(8);
    });
  });
});
