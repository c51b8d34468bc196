import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { independent } from '../../lib/distributions/independent';
import { logNormal } from '../../lib/distributions/log-normal';
import { mixture } from '../../lib/distributions/mixture';
import { normal } from '../../lib/distributions/normal';
import { priorScore, type Prior } from '../../lib/distributions/prior';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { unconstrainedPrior } from '../../lib/distributions/unconstrained-prior';
import { uniform } from '../../lib/distributions/uniform';
import { compile } from '../../lib/graph/compile';

const gaussian = normal({
  mean: [1, 2],
  covariance: [
    [2, 0.3],
    [0.3, 1],
  ],
});
const own: Prior = {
  dim: 2,
  sample: (rng) => [rng.uniform(), rng.uniform()],
  logProb: (theta) =>
    tf.where(theta.greater(0).all(1), theta.sum(1).neg(), tf.fill([theta.shape[0]], -Infinity)) as tf.Tensor1D,
  support: { lower: [0, 0], upper: [Infinity, Infinity] },
};
const priors: Record<string, Prior> = {
  normal: gaussian,
  'diagonal normal': normal({ mean: [0, 1], std: [1, 2] }),
  uniform: uniform({ lower: [0, 0], upper: [1, 2] }),
  'log-normal': logNormal({ mean: [0, 1] }),
  mixture: mixture<{ weight: number; component: Prior }>([
    { weight: 1, component: gaussian },
    { weight: 1, component: uniform({ lower: [0, 0], upper: [4, 4] }) },
  ]),
  independent: independent([normal({ mean: 0 }), uniform({ lower: -1, upper: 1 })]),
  'own, with automatic score': own,
};

describe('a prior recorded into a graph', () => {
  for (const [name, plain] of Object.entries(priors)) {
    for (const prior of [plain, unconstrainedPrior(plain)]) {
      it(`gives what it gives eagerly: ${prior === plain ? '' : 'unconstrained '}${name}`, () => {
        const theta = priorSamples(prior, 5, 1);
        const logProb = compile((x: tf.Tensor2D) => prior.logProb(x));
        const score = compile((x: tf.Tensor2D) => priorScore(prior)(x));
        const pairs = [
          [logProb(theta), prior.logProb(theta)],
          [score(theta), priorScore(prior)(theta)],
        ];
        for (const [recorded, eager] of pairs) {
          const expected = eager.dataSync();
          recorded
            .dataSync()
            .forEach((value, i) =>
              expect(Math.abs(value - expected[i])).toBeLessThan(1e-5 * (1 + Math.abs(expected[i]))),
            );
        }
        tf.dispose([theta, pairs]);
        logProb.dispose();
        score.dispose();
      });
    }
  }
});
