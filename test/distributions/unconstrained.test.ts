import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { unconstrained } from '../../lib/distributions/unconstrained';
import { independent } from '../../lib/distributions/independent';
import { logNormal } from '../../lib/distributions/log-normal';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { unconstrainedPrior } from '../../lib/distributions/unconstrained-prior';
import { uniform } from '../../lib/distributions/uniform';
import { expectMoments, expectNoLeak, expectScoreIsGradient, integral } from './laws';

const kinds = { dim: 4, support: { lower: [-1, 2, -Infinity, -Infinity], upper: [3, Infinity, 5, Infinity] } };
const map = unconstrained(kinds);
const SEED = 7;

describe('unconstrained', () => {
  it('is undone by its inverse in every kind of dimension', () => {
    const z = fc.double({ min: -4, max: 4, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(z, z, z, z), { minLength: 1, maxLength: 5 }), (rows) => {
        const back = tf.tidy(() => map.toUnconstrained(map.toConstrained(tf.tensor2d(rows))).arraySync());
        // one float32 rounding of theta near 5, seen through the derivative at |z| = 4, e^4
        rows.forEach((row, i) =>
          row.forEach((value, k) => expect(Math.abs(back[i][k] - value)).toBeLessThan(1e-6 * 5 * Math.exp(4))),
        );
      }),
      { seed: SEED, numRuns: 50 },
    );
  });

  it('stays strictly inside the support for every z up to 80 and beyond', () => {
    const walls = unconstrained({
      dim: 5,
      support: { lower: [0.1, 0, -Infinity, 1e6, -0.3], upper: [0.7, Infinity, 0, 1e6 + 1, -0.1] },
    });
    for (const z of [-1e3, -80, -20, 0, 20, 80, 1e3]) {
      const theta = tf.tidy(() => walls.toConstrained(tf.fill([1, 5], z)).arraySync())[0];
      theta.forEach((value, k) => {
        expect(value).toBeGreaterThan([0.1, 0, -Infinity, 1e6, -0.3][k]);
        expect(value).toBeLessThan([0.7, Infinity, 0, 1e6 + 1, -0.1][k]);
      });
      const back = tf.tidy(() => walls.toUnconstrained(tf.tensor2d([theta])).arraySync())[0];
      expect(back.every(Number.isFinite)).toBe(true);
    }
  });

  it('takes walls and points beyond them just inside', () => {
    const z = tf.tidy(() =>
      map
        .toUnconstrained(
          tf.tensor2d([
            [-1, 2, 5, 0],
            [9, -9, 9, 0],
          ]),
        )
        .arraySync(),
    );
    expect(z.flat().every(Number.isFinite)).toBe(true);
  });

  it('agrees with its float64 form', () => {
    const theta = [0.25, 2.5, -3, 0.7];
    const z = tf.tidy(() => map.toUnconstrained(tf.tensor2d([theta])).arraySync())[0];
    map.toUnconstrainedVector(theta).forEach((value, k) => expect(z[k]).toBeCloseTo(value, 5));
  });

  it('has the Jacobian of differences, and its gradient', () => {
    tf.tidy(() => {
      const rows = [
        [0.3, -1, 0.5, 2],
        [-2, 1.5, -1, 0],
        [3, 0, 2, -1],
      ];
      const z = tf.tensor2d(rows);
      const step = 1e-2;
      const slope = map
        .toConstrained(z.add(step))
        .sub(map.toConstrained(z.sub(step)))
        .div<tf.Tensor2D>(2 * step);
      const derivative = map.derivative(z).arraySync();
      // central differences: curvature step^2 / 6 relative, rounding 1e-6 / step absolute
      slope
        .arraySync()
        .forEach((row, i) =>
          row.forEach((value, k) =>
            expect(Math.abs(value - derivative[i][k])).toBeLessThan(1e-4 * Math.abs(value) + 3e-4),
          ),
        );
      const logDet = map.logAbsDetJacobian(z).arraySync();
      logDet.forEach((value, i) =>
        expect(value).toBeCloseTo(
          derivative[i].reduce((sum, d) => sum + Math.log(d), 0),
          4,
        ),
      );
      const gradient = tf
        .grad((x: tf.Tensor) => map.logAbsDetJacobian(x as tf.Tensor2D).sum())(z)
        .arraySync() as number[][];
      map
        .logAbsDetJacobianScore(z)
        .arraySync()
        .forEach((row, i) => row.forEach((value, k) => expect(value).toBeCloseTo(gradient[i][k], 5)));
    });
  });

  it('is the identity without bounds', () => {
    const free = unconstrained({ dim: 1 });
    expect(tf.tidy(() => free.toConstrained(tf.tensor2d([[3]])).arraySync())).toEqual([[3]]);
    expect(tf.tidy(() => free.logAbsDetJacobian(tf.tensor2d([[3]])).arraySync())).toEqual([0]);
  });

  it('refuses bounds that do not fit', () => {
    expect(() => unconstrained({ dim: 2, support: { lower: [0], upper: [1] } })).toThrow(InvalidInputError);
    expect(() => unconstrained({ dim: 1, support: { lower: [1], upper: [1] } })).toThrow(/lower < upper/);
  });
});

describe('unconstrainedPrior', () => {
  const box = unconstrainedPrior(uniform({ lower: [-2, 0], upper: [2, 0.01] }));

  it('is the logistic density for a box', () => {
    // density s(z) s(-z) in each dimension, whatever the width: log 1/4 at zero
    expect(tf.tidy(() => box.logProb(tf.zeros([1, 2])).arraySync())[0]).toBeCloseTo(2 * Math.log(0.25), 4);
    // logistic variance pi^2 / 3, kurtosis 4.2
    expectMoments(box, [0, 0], [Math.PI ** 2 / 3, Math.PI ** 2 / 3], { kurtosis: 4.2 });
  });

  it('integrates to one in one dimension', () => {
    expect(integral(unconstrainedPrior(uniform({ lower: 3, upper: 4 })), -40, 40)).toBeCloseTo(1, 3);
    expect(integral(unconstrainedPrior(logNormal({ mean: 1, std: 0.5 })), -10, 10)).toBeCloseTo(1, 3);
  });

  it('is the normal law for the log-normal', () => {
    const z = unconstrainedPrior(logNormal({ mean: 1, std: 0.5 }));
    const plain = normal({ mean: 1, std: 0.5 });
    tf.tidy(() => {
      const at = tf.tensor2d([[-1], [1], [2.5]]);
      const expected = plain.logProb(at).arraySync();
      z.logProb(at)
        .arraySync()
        .forEach((value, i) => expect(value).toBeCloseTo(expected[i], 3));
    });
    expectMoments(z, [1], [0.25]);
  });

  it('has the gradient of its log density as score', () => {
    expectScoreIsGradient(box, [
      [0, 0],
      [1, -2],
      [-3, 3],
    ]);
    expectScoreIsGradient(
      unconstrainedPrior(independent([uniform({ lower: 0, upper: 1 }), normal({ mean: 1 }), logNormal({ mean: 0 })])),
      [
        [0.5, 0, -1],
        [-2, 2, 1],
      ],
    );
  });

  it('has no NaN for |z| up to 80', () => {
    const product = unconstrainedPrior(
      independent([uniform({ lower: -1, upper: 1 }), logNormal({ mean: 0 }), normal({ mean: 0 })]),
    );
    tf.tidy(() => {
      const z = tf.tensor2d([-80, -40, -17, 0, 17, 40, 80].map((value) => [value, value, value]));
      expect(product.logProb(z).arraySync().every(Number.isFinite)).toBe(true);
      expect(product.score(z).arraySync().flat().every(Number.isFinite)).toBe(true);
    });
  });

  it('draws the transform of the prior draws', () => {
    const prior = uniform({ lower: 0, upper: 1 });
    tf.tidy(() => {
      const theta = priorSamples(prior, 50, 3).arraySync().flat();
      const z = priorSamples(unconstrainedPrior(prior), 50, 3).arraySync().flat();
      z.forEach((value, i) => expect(value).toBeCloseTo(Math.log(theta[i] / (1 - theta[i])), 3));
    });
  });

  it('leaves a prior without bounds unchanged and no tensors behind', () => {
    const same = unconstrainedPrior(normal({ mean: [1] }));
    expectNoLeak(() => {
      const z = tf.tensor2d([[1]]);
      expect(tf.tidy(() => same.score(z).arraySync())).toEqual([[-0]]);
      const wide = tf.tensor2d([[1, 2]]);
      tf.dispose([z, wide, box.logProb(wide), box.score(wide)]);
    });
  });
});
