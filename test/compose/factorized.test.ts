import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factorized } from '../../lib/compose/factorized';
import { diffusedTarget, totalScore, type ComposedScore } from '../../lib/compose/composed-score';
import { gaussianScore } from '../../lib/diffusion/gaussian-score';
import type { Score } from '../../lib/diffusion/noise-level';
import { vpLevels } from '../../lib/diffusion/vp-levels';
import { gaussianLinear } from '../../lib/tasks/gaussian-linear';
import { observationScores } from '../../lib/compose/observation-scores';

const task = gaussianLinear([0.6, 1.4], [1, 2]);
const levels = vpLevels();
const theta = tf.tensor2d([
  [0, 0],
  [1, -2],
  [3, 0.5],
]);
const ofOne = (x: number[]): Score => {
  const posterior = task.exactPosterior([x]);
  return gaussianScore(posterior.mean, posterior.covariance);
};
const composeOf = (xObs: number[][]): ComposedScore => {
  return factorized().compose(observationScores(2, xObs.map(ofOne)), { score: task.prior.score });
};
const at = (t: number) => levels.at(tf.scalar(t, 'int32'));
const valuesOf = (score: () => tf.Tensor): number[] => tf.tidy(() => Array.from(score().dataSync()));
const expectClose = (received: number[], expected: number[], tolerance: number): void =>
  received.forEach((value, i) =>
    expect(Math.abs(value - expected[i])).toBeLessThan(tolerance * (1 + Math.abs(expected[i]))),
  );

const vectors = fc.array(
  fc
    .tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }))
    .map((pair) => [...pair]),
  { minLength: 1, maxLength: 6 },
);
const runs = { seed: 7, numRuns: 20 };

describe('factorized', () => {
  it('is the identity for one observation, at every level', () => {
    for (const t of [0, 1, 200, 400]) {
      expectClose(
        valuesOf(() => totalScore(composeOf([[1, 2]]), theta, at(t))),
        valuesOf(() => ofOne([1, 2])(theta, at(t))),
        1e-12,
      );
    }
  });

  it('is the score of the exact posterior at t = 0', () => {
    fc.assert(
      fc.property(vectors, (xObs) => {
        const posterior = task.exactPosterior(xObs);
        expectClose(
          valuesOf(() => totalScore(composeOf(xObs), theta, at(0))),
          valuesOf(() => posterior.score(theta)),
          1e-4,
        );
      }),
      runs,
    );
  });

  it('is the score of N(0, I / n) at t = T', () => {
    fc.assert(
      fc.property(vectors, (xObs) => {
        expectClose(
          valuesOf(() => totalScore(composeOf(xObs), theta, at(400))),
          valuesOf(() => tf.mul(-xObs.length, theta)),
          1e-5,
        );
      }),
      runs,
    );
  });

  it('does not look at the order of observations', () => {
    fc.assert(
      fc.property(vectors, fc.integer({ min: 1, max: 399 }), (xObs, t) => {
        expectClose(
          valuesOf(() => totalScore(composeOf([...xObs].reverse()), theta, at(t))),
          valuesOf(() => totalScore(composeOf(xObs), theta, at(t))),
          1e-5,
        );
      }),
      runs,
    );
  });

  it('keeps the terms of (5) apart: their sum, and a prior term of (1 - n) (T - t) / T', () => {
    const composed = composeOf([
      [1, 2],
      [0, 1],
      [2, 2],
    ]);
    const { name, id } = factorized();
    expect([composed.n, composed.dim, name, id]).toEqual([3, 2, 'F-NPSE', 'F-NPSE']);
    expectClose(
      valuesOf(() => composed.priorCorrection(theta, at(100))),
      valuesOf(() => tf.mul(-2 * 0.75, task.prior.score(theta))),
      1e-6,
    );
    expectClose(
      valuesOf(() => composed.observations(theta, at(100))),
      valuesOf(() =>
        tf.addN(
          [
            [1, 2],
            [0, 1],
            [2, 2],
          ].map((x) => ofOne(x)(theta, at(100))),
        ),
      ),
      1e-6,
    );
  });

  it('says what it needs, and calls nothing else; for one observation not even the prior', () => {
    const never = (): never => {
      throw new Error('not needed');
    };
    const { needs, compose } = factorized();
    expect(needs).toEqual({ observations: 'sum', prior: 'score' });
    tf.tidy(() => {
      const only = (n: number) => ({ n, dim: 2, sum: ofOne([1, 2]), each: never, subset: never });
      totalScore(compose(only(3), { score: task.prior.score, diffusedScore: never }), theta, at(100));
      totalScore(compose(only(1), { score: never, diffusedScore: never }), theta, at(100));
    });
  });

  it("is a diffused density's for one observation only, and starts from N(0, I / n)", () => {
    for (const n of [1, 2, 5]) {
      const composed = composeOf(Array.from({ length: n }, () => [1, 2]));
      expect([factorized().isDiffused(n), composed.isDiffused]).toEqual([n === 1, n === 1]);
      expect(composed.referencePrecision).toBe(n);
    }
  });
});

describe('diffusedTarget', () => {
  it('is its score and nothing besides', () => {
    const target = diffusedTarget(2, ofOne([1, 2]));
    const { n, dim, referencePrecision, isDiffused } = target;
    expect([n, dim, referencePrecision, isDiffused]).toEqual([1, 2, 1, true]);
    expectClose(
      valuesOf(() => totalScore(target, theta, at(50))),
      valuesOf(() => ofOne([1, 2])(theta, at(50))),
      1e-12,
    );
    expect(valuesOf(() => target.priorCorrection(theta, at(50)))).toEqual(new Array(6).fill(0));
  });
});
