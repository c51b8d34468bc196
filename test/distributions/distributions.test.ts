import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { independent } from '../../lib/distributions/independent';
import { logNormal } from '../../lib/distributions/log-normal';
import { mixture } from '../../lib/distributions/mixture';
import { normal } from '../../lib/distributions/normal';
import { priorSamples } from '../../lib/distributions/prior-samples';
import { priorScore, type Prior } from '../../lib/distributions/prior';
import { uniform } from '../../lib/distributions/uniform';
import { expectMoments, expectNoLeak, expectScoreIsGradient, integral } from './laws';

const logProbAt = (prior: Prior, theta: number[][]): number[] =>
  tf.tidy(() => prior.logProb(tf.tensor2d(theta)).as1D().arraySync());
const scoreAt = (prior: Prior, theta: number[][]): number[][] =>
  tf.tidy(() => priorScore(prior)(tf.tensor2d(theta)).arraySync());

describe('normal', () => {
  it('gives the closed-form density of standard, scaled and correlated laws', () => {
    expect(logProbAt(normal({ mean: [0, 0] }), [[1, 2]])[0]).toBeCloseTo(-2.5 - Math.log(2 * Math.PI), 5);
    expect(logProbAt(normal({ mean: 3, std: [2] }), [[5]])[0]).toBeCloseTo(
      -0.5 - Math.log(2) - 0.5 * Math.log(2 * Math.PI),
      5,
    );
    // |covariance| = .75, (1, 1) covariance^-1 (1, 1)' = 4 / 3
    const correlated = normal({
      mean: [0, 0],
      covariance: [
        [1, 0.5],
        [0.5, 1],
      ],
    });
    expect(logProbAt(correlated, [[1, 1]])[0]).toBeCloseTo(-2 / 3 - 0.5 * Math.log(0.75) - Math.log(2 * Math.PI), 5);
    expect(scoreAt(correlated, [[1, 1]])[0][0]).toBeCloseTo(-2 / 3, 5);
  });

  it('spreads one number over the dimensions of the other', () => {
    expect(normal({ mean: 1, std: [1, 2] }).mean).toEqual([1, 1]);
    expect(
      normal({
        mean: 0,
        covariance: [
          [1, 0],
          [0, 4],
        ],
      }).dim,
    ).toBe(2);
    expect(normal({ mean: [0, 0, 0] }).covariance[2]).toEqual([0, 0, 1]);
  });

  it('has the gradient of its log density as score and integrates to one', () => {
    expectScoreIsGradient(normal({ mean: [1, -1], std: [0.5, 2] }), [
      [0, 0],
      [1.5, -3],
    ]);
    expectScoreIsGradient(
      normal({
        mean: [1, -1],
        covariance: [
          [2, -0.8],
          [-0.8, 1],
        ],
      }),
      [
        [0, 0],
        [1.5, -3],
      ],
    );
    expect(integral(normal({ mean: 1, std: 2 }), -15, 17)).toBeCloseTo(1, 4);
  });

  it('draws with its mean and covariance', () => {
    expectMoments(
      normal({
        mean: [1, -2],
        covariance: [
          [2, -0.8],
          [-0.8, 1],
        ],
      }),
      [1, -2],
      [2, 1],
    );
    const draws = tf.tidy(() =>
      priorSamples(
        normal({
          mean: [0, 0],
          covariance: [
            [1, 0.9],
            [0.9, 1],
          ],
        }),
        20_000,
        5,
      ).arraySync(),
    );
    const cross = draws.reduce((sum, [a, b]) => sum + a * b, 0) / draws.length;
    expect(Math.abs(cross - 0.9)).toBeLessThan(4 * Math.sqrt((1 + 0.81) / draws.length));
  });

  it.each([
    ['no mean', () => normal({} as { mean: number })],
    ['sizes that differ', () => normal({ mean: [0, 0], std: [1, 2, 3] })],
    ['a zero std', () => normal({ mean: 0, std: 0 })],
    ['NaN', () => normal({ mean: [NaN] })],
    ['both std and covariance', () => normal({ mean: 0, std: 1, covariance: [[1]] })],
    [
      'an asymmetric covariance',
      () =>
        normal({
          mean: [0, 0],
          covariance: [
            [1, 0.5],
            [0, 1],
          ],
        }),
    ],
    [
      'a covariance that is not positive definite',
      () =>
        normal({
          mean: [0, 0],
          covariance: [
            [1, 2],
            [2, 1],
          ],
        }),
    ],
    ['a covariance of another size', () => normal({ mean: [0, 0], covariance: [[1]] })],
  ])('refuses %s', (_, make) => expect(make).toThrow(InvalidInputError));
});

describe('uniform', () => {
  const box = uniform({ lower: [-1, 0.1], upper: [1, 10.1] });

  it('is flat inside, zero outside, and keeps its walls', () => {
    const [inside, wall, outside] = logProbAt(box, [
      [0, 5],
      [-1, 0.1],
      [0, 11],
    ]);
    expect(inside).toBeCloseTo(-Math.log(20), 6);
    expect(wall).toBeCloseTo(-Math.log(20), 6);
    expect(outside).toBe(-Infinity);
    expect(
      scoreAt(box, [
        [0, 5],
        [0, 11],
      ]),
    ).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expectScoreIsGradient(box, [
      [0, 5],
      [0.5, 9],
    ]);
  });

  it('draws with the moments of the box, inside it in float32 too', () => {
    expectMoments(box, [0, 5.1], [4 / 12, 100 / 12], { kurtosis: 1.8 });
    expect(
      logProbAt(
        box,
        tf.tidy(() => priorSamples(box, 5_000, 1).arraySync()),
      ).every(Number.isFinite),
    ).toBe(true);
  });

  it('refuses open and crossed bounds', () => {
    expect(() => uniform({ lower: [0], upper: [Infinity] })).toThrow(InvalidInputError);
    expect(() => uniform({ lower: [0, 2], upper: [1, 2] })).toThrow(/2 at 1/);
    expect(() => uniform({ lower: [], upper: [] })).toThrow(InvalidInputError);
  });
});

describe('logNormal', () => {
  const law = logNormal({ mean: [0, 1], std: [0.5, 0.25] });

  it('is the law of the exponential of a normal', () => {
    // at theta = 1: log density of N(0, .25) at 0, Jacobian 1
    expect(logProbAt(logNormal({ mean: 0, std: 0.5 }), [[1]])[0]).toBeCloseTo(
      -Math.log(0.5) - 0.5 * Math.log(2 * Math.PI),
      5,
    );
    expect(integral(logNormal({ mean: 0, std: 0.5 }), 0, 20)).toBeCloseTo(1, 3);
    const variance = (m: number, s: number): number => (Math.exp(s * s) - 1) * Math.exp(2 * m + s * s);
    expectMoments(law, [Math.exp(0.125), Math.exp(1 + 0.03125)], [variance(0, 0.5), variance(1, 0.25)], {
      kurtosis: 8.9,
    });
    expectScoreIsGradient(
      law,
      [
        [1, 2],
        [0.5, 4],
      ],
      5e-3,
    );
  });

  it('is zero and without NaN below zero', () => {
    expect(
      logProbAt(law, [
        [-1, 1],
        [0, 1],
      ]),
    ).toEqual([-Infinity, -Infinity]);
    expect(scoreAt(law, [[-1, 1]])[0].every(Number.isFinite)).toBe(true);
  });
});

describe('mixture', () => {
  const two = mixture([
    { weight: 3, component: normal({ mean: [-2, 0] }) },
    { weight: 1, component: normal({ mean: [2, 0], std: 0.5 }) },
  ]);

  it('adds its parts with weights that sum to one', () => {
    expect(two.components.map(({ weight }) => weight)).toEqual([0.75, 0.25]);
    const one = mixture([{ weight: 2, component: normal({ mean: [1] }) }]);
    expect(logProbAt(one, [[0.3]])[0]).toBeCloseTo(logProbAt(normal({ mean: [1] }), [[0.3]])[0], 6);
    const bimodal = mixture([
      { weight: 1, component: normal({ mean: -3 }) },
      { weight: 2, component: normal({ mean: 3, std: 0.5 }) },
    ]);
    expect(integral(bimodal, -12, 12)).toBeCloseTo(1, 4);
  });

  it('has the gradient of its log density as score, also far from every part', () => {
    expectScoreIsGradient(two, [
      [0, 0.5],
      [-2, 1],
      [3, -1],
    ]);
    expect(scoreAt(two, [[60, 60]])[0][0]).toBeCloseTo(-62, 3);
  });

  it('draws with the moments of the mixture', () => {
    // mean -1; variance .75 (1 + 1) + .25 (.25 + 9)
    expectMoments(two, [-1, 0], [3.8125, 0.8125], { kurtosis: 4 });
  });

  it('boxes the support of its parts and is finite in neither gap nor outside', () => {
    const gap = mixture([
      { weight: 1, component: uniform({ lower: 0, upper: 1 }) },
      { weight: 1, component: uniform({ lower: 2, upper: 3 }) },
    ]);
    expect(gap.support).toEqual({ lower: [0], upper: [3] });
    expect(logProbAt(gap, [[1.5], [0.5]])).toEqual([-Infinity, expect.closeTo(-Math.log(2), 5)]);
    expect(scoreAt(gap, [[1.5]])).toEqual([[0]]);
    expect(
      mixture([
        { weight: 1, component: uniform({ lower: 0, upper: 1 }) },
        { weight: 1, component: normal({ mean: 0 }) },
      ]).support,
    ).toBeUndefined();
  });

  it('refuses no parts, bad weights and other dimensions', () => {
    expect(() => mixture([])).toThrow(InvalidInputError);
    expect(() => mixture([{ weight: 0, component: normal({ mean: 0 }) }])).toThrow(/weight 0/);
    expect(() =>
      mixture([
        { weight: 1, component: normal({ mean: 0 }) },
        { weight: 1, component: normal({ mean: [0, 0] }) },
      ]),
    ).toThrow(/component 1/);
  });
});

describe('independent', () => {
  const own: Prior = {
    dim: 1,
    sample: (r) => [r.normal()],
    logProb: (theta) => tf.tidy(() => theta.square().sum<tf.Tensor1D>(1).mul(-0.5)),
  };
  const product = independent([normal({ mean: [0, 0], std: [1, 2] }), uniform({ lower: 0, upper: 2 }), own]);

  it('adds log densities, joins scores, supports and draws', () => {
    expect(product.dim).toBe(4);
    expect(product.support).toEqual({
      lower: [-Infinity, -Infinity, 0, -Infinity],
      upper: [Infinity, Infinity, 2, Infinity],
    });
    expectScoreIsGradient(product, [
      [0.5, 1, 1, -1],
      [-1, 0, 0.5, 2],
    ]);
    expectMoments(product, [0, 0, 1, 0], [1, 4, 4 / 12, 1]);
    expect(independent([own]).support).toBeUndefined();
    expect(() => independent([])).toThrow(InvalidInputError);
  });
});

describe('priorSamples', () => {
  it('gives row i from the seed and i only', () => {
    const prior = normal({ mean: [0, 0] });
    const [long, short, other] = tf.tidy(() =>
      [priorSamples(prior, 10, 4), priorSamples(prior, 3, 4), priorSamples(prior, 3, 5)].map(
        (t) => t.arraySync() as number[][],
      ),
    );
    expect(long.slice(0, 3)).toEqual(short);
    expect(other).not.toEqual(short);
  });

  it('refuses an n that is not a positive whole number', () => {
    for (const n of [0, -1, 1.5, NaN]) expect(() => priorSamples(normal({ mean: 0 }), n, 1)).toThrow(InvalidInputError);
  });

  it('leaves no tensors but the results, in any distribution', () => {
    const gaussian = normal({ mean: [0], covariance: [[2]] });
    for (const prior of [
      gaussian,
      uniform({ lower: 0, upper: 1 }),
      logNormal({ mean: 0 }),
      mixture([{ weight: 1, component: gaussian }]),
      independent([gaussian]),
    ]) {
      expectNoLeak(() => {
        const theta = priorSamples(prior, 3, 1);
        tf.dispose([theta, prior.logProb(theta), priorScore(prior)(theta)]);
      });
    }
  });
});
