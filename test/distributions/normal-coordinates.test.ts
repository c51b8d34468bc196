import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { independent } from '../../lib/distributions/independent';
import { logNormal } from '../../lib/distributions/log-normal';
import { inNormalCoordinates } from '../../lib/distributions/normal-coordinates';
import { normal } from '../../lib/distributions/normal';
import { uniform } from '../../lib/distributions/uniform';
import { unconstrained } from '../../lib/distributions/unconstrained';
import { unconstrainedPrior } from '../../lib/distributions/unconstrained-prior';
import { compile } from '../../lib/graph/compile';
import { expectNoLeak, expectScoreIsGradient } from './laws';

const prior = inNormalCoordinates(
  independent([uniform({ lower: [-1, 10], upper: [3, 10.5] }), logNormal({ mean: 0, std: 0.5 }), normal({ mean: 2 })]),
);
const map = unconstrained(prior);
const z = [
  [0, 0.3, -1, 5],
  [-3.5, 2, 0.4, -1],
  [1, -0.7, 2, 0.1],
];

describe('normal coordinates', () => {
  it('make every parameter of a uniform or log-normal law a normal one', () => {
    tf.tidy(() => {
      const law = unconstrainedPrior(prior);
      const expected = normal({ mean: [0, 0, 0, 2], std: [1, 1, 0.5, 1] });
      const at = tf.tensor2d(z);
      const [own, exact] = [law.logProb(at).arraySync(), expected.logProb(at).arraySync()] as number[][];
      own.forEach((value, i) => expect(value).toBeCloseTo(exact[i], 4));
      const [score, exactScore] = [law.score(at).arraySync(), expected.score(at).arraySync()];
      score.forEach((row, i) => row.forEach((value, k) => expect(value).toBeCloseTo(exactScore[i][k], 4)));
    });
    expectScoreIsGradient(unconstrainedPrior(prior), z);
  });

  it('are undone by their inverse, and agree with their float64 form', () => {
    const [theta, back] = tf.tidy(() => {
      const there = map.toConstrained(tf.tensor2d(z));
      return [there.arraySync(), map.toUnconstrained(there).arraySync()];
    });
    // one float32 rounding of a theta of 10.5 in a box of width .5, over the derivative at |z| = 2
    back.forEach((row, i) => row.forEach((value, k) => expect(Math.abs(value - z[i][k])).toBeLessThan(1e-4)));
    theta.forEach((row, i) =>
      map.toUnconstrainedVector(row).forEach((value, k) => expect(value).toBeCloseTo(back[i][k], 3)),
    );
  });

  it('have the normal quantiles of a table', () => {
    const { toUnconstrained, toUnconstrainedVector } = unconstrained(
      inNormalCoordinates(uniform({ lower: 0, upper: 1 })),
    );
    const table = [
      [0.5, 0],
      [0.975, 1.959964],
      [0.001, -3.090232],
      [1e-6, -4.753424],
    ];
    for (const [p, quantile] of table) {
      expect(toUnconstrainedVector([p])[0]).toBeCloseTo(quantile, 5);
      expect(tf.tidy(() => toUnconstrained(tf.tensor2d([[p]])).dataSync()[0])).toBeCloseTo(quantile, 4);
    }
  });

  it('stay inside of the bounds, and finite at them', () => {
    const { lower, upper } = prior.support!;
    for (const value of [-40, 40]) {
      const [theta] = tf.tidy(() => map.toConstrained(tf.fill([1, 4], value)).arraySync());
      for (const k of [0, 1]) {
        expect(theta[k]).toBeGreaterThan(lower[k]);
        expect(theta[k]).toBeLessThan(upper[k]);
      }
    }
    const walls = tf.tidy(() => map.toUnconstrained(tf.tensor2d([[-1, 10.5, 1, 0]])).arraySync());
    expect(walls[0].every(Number.isFinite)).toBe(true);
  });

  it('are the same in a compiled graph, and leave no tensors', () => {
    expectNoLeak(() => {
      const there = compile((at: tf.Tensor2D) => map.toUnconstrained(map.toConstrained(at)));
      const at = tf.tensor2d(z);
      const back = there(at);
      back
        .arraySync()
        .forEach((row, i) => row.forEach((value, k) => expect(Math.abs(value - z[i][k])).toBeLessThan(1e-4)));
      tf.dispose([at, back]);
      there.dispose();
    });
  });
});
