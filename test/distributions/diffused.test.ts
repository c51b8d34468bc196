import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import type { DiffusedDensity } from '../../lib/diffusion/diffused-density';
import { independent } from '../../lib/distributions/independent';
import { logNormal } from '../../lib/distributions/log-normal';
import { mixture } from '../../lib/distributions/mixture';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import type { Prior } from '../../lib/distributions/prior';
import { truncatedNormal } from '../../lib/distributions/truncated-normal';
import { unconstrainedPrior } from '../../lib/distributions/unconstrained-prior';
import { uniform } from '../../lib/distributions/uniform';
import { compile } from '../../lib/graph/compile';
import { evaluate, levelOf } from '../diffusion/diffused-laws';
import { expectNoLeak } from './laws';

const gaussian = normal({
  mean: [1, 2],
  covariance: [
    [2, 0.3],
    [0.3, 1],
  ],
});
const box = uniform({ lower: [-1, 0.1], upper: [1, 10.1] });
const evenly = (...components: Prior[]): Prior => mixture(components.map((component) => ({ weight: 1, component })));
const own: Prior = {
  dim: 2,
  sample: (rng) => [rng.normal(), rng.normal()],
  logProb: (theta) => tf.tidy(() => theta.square().sum(1).div(-2)),
};
const known: Record<string, Prior> = {
  normal: gaussian,
  'diagonal normal': normal({ mean: [0, 1], std: [1, 2] }),
  uniform: box,
  'log-normal': logNormal({ mean: [0, 1], std: 0.5 }),
  'truncated normal': truncatedNormal({ mean: [0, 1], std: 1, lower: -1, upper: [1, 3] }),
  'mixture of normals': evenly(gaussian, normal({ mean: [-3, 0] })),
  'mixture of one box twice': evenly(box, box),
  'mixture of a normal and a box': evenly(gaussian, box),
  'mixture of log-normals': evenly(logNormal({ mean: [0, 1] }), logNormal({ mean: [2, 2], std: 0.1 })),
  independent: independent([normal({ mean: 0 }), uniform({ lower: -1, upper: 1 }), logNormal({ mean: 0 })]),
};

describe('the diffused law of a prior', () => {
  for (const [name, plain] of Object.entries(known))
    for (const prior of [plain, unconstrainedPrior(plain)]) {
      const { diffused } = prior;
      if (!diffused) continue;
      const label = `${prior === plain ? '' : 'unconstrained '}${name}`;

      it(`is the prior itself where the noise vanishes: ${label}`, () => {
        tf.tidy(() => {
          const theta = priorSamples(prior, 20, 2);
          const expected = prior.logProb(theta).dataSync();
          diffused
            .logProb(theta, levelOf(1e-4).tensors())
            .dataSync()
            .forEach((value, i) =>
              expect(Math.abs(value - expected[i])).toBeLessThan(2e-3 * (1 + Math.abs(expected[i]))),
            );
        });
      });

      it(`is the standard normal law at the noise end: ${label}`, () => {
        tf.tidy(() => {
          const theta = tf.randomNormal([20, prior.dim], 0, 1, 'float32', 1) as tf.Tensor2D;
          const expected = theta.neg().dataSync();
          diffused
            .score(theta, levelOf(1).tensors())
            .dataSync()
            .forEach((value, i) => expect(value).toBeCloseTo(expected[i], 4));
        });
      });

      it(`has the gradient of its log density as score: ${label}`, () => {
        for (const std of [0.05, 0.5, 0.95]) {
          const theta = tf.tidy(() => priorSamples(prior, 20, 3).arraySync());
          const { score, gradient } = tf.tidy(() => evaluate(diffused, theta, levelOf(std).tensors()));
          score.flat().forEach((value, i) => {
            const expected = gradient.flat()[i];
            expect(Math.abs(value - expected)).toBeLessThan(2e-5 * (Math.abs(expected) + 1 / std));
          });
        }
      });

      it(`can be recorded into a graph, and leaves no tensor: ${label}`, () => {
        expectNoLeak(() => {
          const score = compile((x: tf.Tensor2D, std: tf.Tensor2D) => diffused.score(x, noise(std)));
          const logProb = compile((x: tf.Tensor2D, std: tf.Tensor2D) => diffused.logProb(x, noise(std)));
          const theta = priorSamples(prior, 5, 1);
          for (const s of [0.01, 0.9]) {
            const std = tf.tensor2d([[s]]);
            const level = tf.tidy(() => noise(std));
            const pairs = [
              [score(theta, std), diffused.score(theta, level)],
              [logProb(theta, std), diffused.logProb(theta, level)],
            ];
            for (const [recorded, eager] of pairs) {
              const expected = eager.dataSync();
              recorded
                .dataSync()
                .forEach((value, i) =>
                  expect(Math.abs(value - expected[i])).toBeLessThan(1e-4 * (1 / s + Math.abs(expected[i]))),
                );
            }
            tf.dispose([std, level.t, level.meanCoeff, pairs]);
          }
          theta.dispose();
          score.dispose();
          logProb.dispose();
        });
      });
    }

  it('is that of the draws of the unconstrained parameters: a box', () => {
    // the mean of the kernels of many draws, against the closed form
    const z = unconstrainedPrior(uniform({ lower: 0, upper: 10 }));
    const { a, s, tensors } = levelOf(0.8);
    tf.tidy(() => {
      const draws = priorSamples(z, 40_000, 5).reshape([1, -1]);
      const at = tf.tensor2d([[-2], [0], [1.5]]);
      const kernels = at
        .sub(draws.mul(a))
        .div(s)
        .square()
        .div(-2)
        .exp()
        .div(s * Math.sqrt(2 * Math.PI));
      const estimate = kernels.mean(1).dataSync();
      const spread = kernels.sub(kernels.mean(1, true)).square().mean(1).sqrt().div(200).dataSync();
      z.diffused!.logProb(at, tensors())
        .exp()
        .dataSync()
        .forEach((value, i) => expect(Math.abs(value - estimate[i])).toBeLessThan(4 * spread[i]));
    });
  });

  it('is absent where it is not known, and never replaced by another', () => {
    const absent: [string, Prior, boolean, boolean][] = [
      ['own', own, false, false],
      ['own in a product', independent([own, box]), false, false],
      ['own in a mixture', evenly(own, gaussian), false, false],
      ['log-normal', logNormal({ mean: 0 }), false, true],
      ['boxes with different walls', evenly(box, uniform({ lower: 0, upper: [1, 2] })), true, false],
      ['truncated normal', truncatedNormal({ mean: 0, std: 1, lower: -1, upper: 1 }), true, false],
      [
        'truncated normal with an open side',
        truncatedNormal({ mean: 0, std: 1, lower: -1, upper: Infinity }),
        false,
        false,
      ],
      ['normal with bounds added', { ...gaussian, support: { lower: [0, 0], upper: [1, 1] } }, true, false],
    ];
    for (const [name, prior, itself, unconstrained] of absent) {
      expect(prior.diffused !== undefined, name).toBe(itself);
      expect(unconstrainedPrior(prior).diffused !== undefined, `unconstrained ${name}`).toBe(unconstrained);
    }
    const inProduct = independent([logNormal({ mean: 0 }), normal({ mean: 0 })]);
    expect(inProduct.diffused).toBeUndefined();
    expect(unconstrainedPrior(inProduct).diffused?.dim).toBe(2);
  });

  it('is the same of an unconstrained prior that is unconstrained again', () => {
    const once = unconstrainedPrior(box);
    const twice: DiffusedDensity | undefined = unconstrainedPrior(once).diffused;
    expect(twice).toBe(once.diffused);
  });
});

function noise(std: tf.Tensor2D) {
  return { t: tf.zerosLike(std), meanCoeff: tf.sqrt(tf.sub(1, tf.square(std))) as tf.Tensor2D, std };
}
