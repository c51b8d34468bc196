import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { autoGauss, gauss } from '../../lib/compose/gauss';
import { damped } from '../../lib/compose/damped';
import { factorized } from '../../lib/compose/factorized';
import { jac } from '../../lib/compose/jac';
import { miniBatch } from '../../lib/compose/mini-batch';
import { observationGaussians } from '../../lib/compose/observation-gaussians';
import { observationScores } from '../../lib/compose/observation-scores';
import { totalScore, type Composition, type PriorScores } from '../../lib/compose/composed-score';
import { InvalidInputError } from '../../lib/core/errors';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import type { NoiseLevel } from '../../lib/diffusion/noise-level';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { randomKey } from '../../lib/graph/random';
import { inverse, matrixVector } from '../../lib/maths/linalg';

/** theta ~ N(0, P), x_j | theta ~ N(theta, S_j): posteriors of one observation and of all, in closed form. */
const prior = [
  [1, 0.4],
  [0.4, 1.5],
];
const noises = [0.5, 2, 0.9].map((scale) => [
  [scale, 0.2 * scale],
  [0.2 * scale, 0.7 * scale],
]);
const xObs = [
  [1, -0.5],
  [0.2, 0.7],
  [-0.4, 1.1],
];
const plus = (a: number[][], b: number[][]): number[][] => a.map((row, i) => row.map((v, j) => v + b[i][j]));
function posteriorOf(which: readonly number[], noiseOf: (j: number) => number[][]) {
  let precision = inverse(prior);
  let right = [0, 0];
  for (const j of which) {
    const added = inverse(noiseOf(j));
    precision = plus(precision, added);
    right = right.map((v, i) => v + matrixVector(added, xObs[j])[i]);
  }
  const covariance = inverse(precision);
  return { mean: matrixVector(covariance, right), covariance };
}
const levels = vpLevels();
const at = (t: number): NoiseLevel => levels.at(tf.scalar(t, 'int32'));
const theta = tf.tensor2d([
  [0, 0],
  [1, -2],
  [3, 0.5],
]);
const priorScores: PriorScores = {
  score: (rows) => tf.neg(tf.matMul(rows, tf.tensor2d(inverse(prior)))) as tf.Tensor2D,
  diffusedScore: gaussianScore([0, 0], prior),
};
const observed = (noiseOf: (j: number) => number[][], covariances?: number[][][]) => {
  const each = [0, 1, 2].map((j) => posteriorOf([j], noiseOf));
  return {
    ...observationScores(
      2,
      each.map(({ mean, covariance }) => gaussianScore(mean, covariance)),
    ),
    gaussians: observationGaussians(3, covariances ?? each.map(({ covariance }) => covariance), prior),
  };
};
const values = (of: () => tf.Tensor): number[] => tf.tidy(() => Array.from(of().dataSync()));
const expectClose = (received: number[], expected: number[], tolerance: number): void =>
  received.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(tolerance * (1 + Math.abs(expected[i]))),
  );

describe('GAUSS', () => {
  it('is the exact diffused score of the posterior of all where every posterior is Gaussian, at every level', () => {
    const { mean, covariance } = posteriorOf([0, 1, 2], (j) => noises[j]);
    const exact = gaussianScore(mean, covariance);
    const composed = autoGauss().compose(
      observed((j) => noises[j]),
      priorScores,
    );
    for (const t of [1, 20, 150, 399])
      expectClose(
        values(() => totalScore(composed, theta, at(t))),
        values(() => exact(theta, at(t))),
        1e-3,
      );
    expect([composed.isDiffused, composed.referencePrecision, composed.n]).toEqual([true, 1, 3]);
  });

  it('needs one covariance only where all observations have the same', () => {
    const same = (): number[][] => noises[0];
    const { mean, covariance } = posteriorOf([0, 1, 2], same);
    const scores = observed(same, [posteriorOf([0], same).covariance]);
    const never = (): never => {
      throw new Error('only the sum is asked for');
    };
    const composed = gauss().compose({ ...scores, each: never, subset: never }, priorScores);
    for (const t of [1, 150, 399])
      expectClose(
        values(() => totalScore(composed, theta, at(t))),
        values(() => gaussianScore(mean, covariance)(theta, at(t))),
        1e-3,
      );
  });

  it('is the score of the posterior at t = 0 whatever the covariances are', () => {
    const wrong = [
      [
        [0.3, 0],
        [0, 0.3],
      ],
    ];
    const { mean, covariance } = posteriorOf([0, 1, 2], (j) => noises[j]);
    const composed = gauss().compose(
      observed((j) => noises[j], wrong),
      priorScores,
    );
    expectClose(
      values(() => totalScore(composed, theta, at(0))),
      values(() => gaussianScore(mean, covariance)(theta, at(0))),
      1e-4,
    );
  });

  it('takes no observation for wider than the prior', () => {
    const wide = observationGaussians(
      50,
      [
        [
          [2, 0],
          [0, 3],
        ],
      ],
      prior,
    );
    const [first, second] = values(() => wide.precisions);
    const [least, most] = values(() => observationGaussians(1, [prior], prior).precisions);
    expectClose([first, second], [least, most], 1e-5);
    expect(values(() => wide.gains).every((gain) => Math.abs(gain) < 1e-6)).toBe(true);
  });

  it('refuses another number or size of covariances', () => {
    expect(() => observationGaussians(3, [prior, prior], prior)).toThrow(InvalidInputError);
    expect(() => observationGaussians(1, [[[1]]], prior)).toThrow(/\[2, 2\] matrices/);
    expect(() => observationGaussians(0, [prior], prior)).toThrow(InvalidInputError);
    expect(() =>
      observationGaussians(
        1,
        [prior],
        [
          [1, 2],
          [2, 1],
        ],
      ),
    ).toThrow(/positive definite/);
    expect(() => autoGauss({ draws: 1 })).toThrow(/pilot|draws/);
  });
});

describe('JAC', () => {
  it('is the exact diffused score of the posterior of all where every posterior is Gaussian', () => {
    const { mean, covariance } = posteriorOf([0, 1, 2], (j) => noises[j]);
    const composed = jac().compose(
      { ...observed((j) => noises[j]), gaussians: observationGaussians(3, [prior], prior) },
      priorScores,
    );
    // with more noise float32 leaves little of 1 + std^2 grad s
    for (const t of [0, 20, 100, 200])
      expectClose(
        values(() => totalScore(composed, theta, at(t))),
        values(() => gaussianScore(mean, covariance)(theta, at(t))),
        5e-3,
      );
  });
});

describe('every composition', () => {
  const all: Composition[] = [
    factorized(),
    gauss(),
    autoGauss(),
    damped(),
    damped({ atNoise: 0.1 }),
    miniBatch(2),
    jac(),
  ];

  it('is the plain score of one observation, to the bit', () => {
    const one = gaussianScore(
      [1, 2],
      [
        [0.5, 0.1],
        [0.1, 0.3],
      ],
    );
    for (const composition of all)
      for (const t of [1, 200, 399])
        expect(
          values(() => totalScore(composition.compose(observationScores(2, [one]), priorScores), theta, at(t))),
        ).toEqual(values(() => one(theta, at(t))));
  });

  it('has an id that tells its settings', () => {
    const ids = [...all, autoGauss({ draws: 7 }), damped({ atData: 0.5 }), miniBatch(3), miniBatch(2, { seed: 1 })];
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length);
  });
});

describe('damped', () => {
  const scores = observed((j) => noises[j]);
  const whole = factorized().compose(scores, priorScores);

  it('is the factorised score at the data, and 1 / n of it at the noise', () => {
    const composed = damped().compose(scores, priorScores);
    const ratio = (t: number): number[] =>
      values(() => tf.div(totalScore(composed, theta, at(t)), totalScore(whole, theta, at(t))));
    expectClose(ratio(0), new Array<number>(6).fill(1), 1e-5);
    expectClose(ratio(400).slice(2), new Array<number>(4).fill(1 / 3), 1e-5);
    expectClose(ratio(200), new Array<number>(6).fill(Math.sqrt(1 / 3)), 1e-5);
    expect(composed.referencePrecision).toBeCloseTo(1, 12);
  });

  it('at the data end changes the width: half of the precision there for a factor of a half', () => {
    const halved = damped({ atData: 0.5, atNoise: 0.5 }).compose(scores, priorScores);
    expectClose(
      values(() => totalScore(halved, theta, at(0))),
      values(() => tf.mul(0.5, totalScore(whole, theta, at(0)))),
      1e-5,
    );
  });

  it('refuses factors out of (0, 1]', () => {
    for (const options of [{ atNoise: 0 }, { atData: 2 }, { atNoise: NaN }])
      expect(() => damped(options)).toThrow(InvalidInputError);
  });
});

describe('miniBatch', () => {
  const scores = observed((j) => noises[j]);
  const full = factorized().compose(scores, priorScores);

  it('is an unbiased estimate of the whole sum', () => {
    const composed = miniBatch(1).compose(scores, priorScores);
    const draws = 250;
    const drawn = Array.from({ length: draws }, (_, k) =>
      values(() => {
        const key = randomKey(k);
        return totalScore(composed.redrawn!(key), theta, at(100));
      }),
    );
    const expected = values(() => totalScore(full, theta, at(100)));
    expected.forEach((value, i) => {
      const column = drawn.map((row) => row[i]);
      const mean = column.reduce((sum, v) => sum + v, 0) / draws;
      const std = Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / draws);
      expect(Math.abs(mean - value)).toBeLessThan((4 * std) / Math.sqrt(draws) + 1e-4);
      expect(std).toBeGreaterThan(0);
    });
  });

  it('draws the same batches from the same keys, and others from another seed', () => {
    const of = (composition: Composition, key: number): number[] =>
      values(() => totalScore(composition.compose(scores, priorScores).redrawn!(randomKey(key)), theta, at(100)));
    expect(of(miniBatch(1), 4)).toEqual(of(miniBatch(1), 4));
    const others = [1, 2, 3, 4, 5, 6].map((key) => of(miniBatch(1), key).join());
    expect(new Set(others).size).toBeGreaterThan(1);
    expect([1, 2, 3, 4, 5, 6].map((key) => of(miniBatch(1, { seed: 1 }), key).join())).not.toEqual(others);
  });

  it('draws nothing where the batch holds all', () => {
    expect(miniBatch(3).compose(scores, priorScores).redrawn).toBeUndefined();
  });
});
