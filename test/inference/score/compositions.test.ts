import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Composition, ObservationScores } from '../../../lib/compose/composed-score';
import { factorized } from '../../../lib/compose/factorized';
import { InvalidInputError } from '../../../lib/core/errors';
import { rng } from '../../../lib/core/rng';
import type { Score } from '../../../lib/diffusion/noise-level';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { normal } from '../../../lib/distributions/normal';
import { npse } from '../../../lib/inference/score/npse';
import type { ScoreEstimator } from '../../../lib/inference/score/score-estimator';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import { adaptiveFlow } from '../../../lib/samplers/adaptive-flow';
import { annealedLangevin } from '../../../lib/samplers/annealed-langevin';
import { dpmSolver } from '../../../lib/samplers/dpm-solver';
import { eulerMaruyama } from '../../../lib/samplers/euler-maruyama';
import { gaussianTransitions } from '../../../lib/samplers/gaussian-transitions';
import { predictorCorrector } from '../../../lib/samplers/predictor-corrector';
import { probabilityFlow } from '../../../lib/samplers/probability-flow';
import type { Sampler } from '../../../lib/samplers/sampler';

const prior = normal({ mean: [0, 0], std: [1, 2] });
const quiet = { progress: false };
const xObs = [
  [0.5, -1],
  [0.7, 0.5],
  [-0.2, -0.5],
];
/** Few levels: what is compared here does not depend on how well they follow the density. */
const levels = vpLevels({ count: 25 });
const langevin = annealedLangevin({ steps: 2, levels });

let estimator: ScoreEstimator;
beforeAll(async () => {
  const source = rng(3);
  const rows = Array.from({ length: 400 }, () => prior.sample(source));
  const theta = tf.tensor2d(rows);
  const x = tf.tensor2d(rows.map((row) => row.map((value) => value + 0.7 * source.normal())));
  const network = denoisingNetwork({ width: 8, blocks: 1, hidden: 1 });
  estimator = await npse.train({ theta, x }, { prior, seed: 1, network, emulated: 0, fit: { maxEpochs: 5 }, ...quiet });
  tf.dispose([theta, x]);
});
afterAll(() => estimator.dispose());

/** Ten draws, which leave nothing but the estimator's graphs. */
async function draw(
  from: ScoreEstimator,
  compose?: Composition,
  sampler: Sampler = langevin,
  observed = xObs,
): Promise<number[][]> {
  const before = tf.memory().numTensors;
  const posterior = from.given(observed, { compose });
  try {
    const theta = await posterior.sample(10, { seed: 4, sampler, ...quiet });
    const rows = theta.arraySync();
    theta.dispose();
    return rows;
  } finally {
    posterior.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }
}

/** The factorised composition with another term of the observations, under its old name. */
const withTerm = (
  id: string,
  term: (scores: ObservationScores) => Score,
  needs: 'sum' | 'each' | 'subset',
): Composition => ({
  ...factorized(),
  id,
  needs: { observations: needs, prior: 'score' },
  compose: (scores, priorScores) => ({ ...factorized().compose(scores, priorScores), observations: term(scores) }),
});
const tempered = (factor: number): Composition =>
  withTerm(
    `tempered(${factor})`,
    ({ sum }) =>
      (theta, level) =>
        tf.mul(factor, sum(theta, level)) as tf.Tensor2D,
    'sum',
  );
/** The largest difference of draws. */
const apart = (a: number[][], b: number[][]): number =>
  Math.max(...a.flatMap((row, i) => row.map((value, k) => Math.abs(value - b[i][k]))));
// the same terms added in another order, in float32, through 48 Langevin steps that contract
const rounding = 1e-3;

describe('compositions of one estimator', () => {
  it('of one name that differ within have draws of their own, in any order', async () => {
    const [half, whole] = [tempered(0.5), tempered(1)];
    expect(half.name).toBe(whole.name);
    const [ofHalf, ofWhole] = [await draw(estimator, half), await draw(estimator, whole)];
    expect(apart(ofHalf, ofWhole)).toBeGreaterThan(0.01);
    expect(await draw(estimator, half)).toEqual(ofHalf);
    expect(apart(ofWhole, await draw(estimator, factorized()))).toBeLessThan(rounding);
    // as an estimator gives them that knows no other composition
    for (const [composition, expected] of [
      [half, ofHalf],
      [whole, ofWhole],
    ] as const) {
      const fresh = npse.restore(estimator.record(), { prior });
      expect(await draw(fresh, composition)).toEqual(expected);
      fresh.dispose();
    }
  });

  it('that differ have one mode, that of the density, which no composition changes', async () => {
    const near: number[][] = [];
    for (const compose of [tempered(0.2), tempered(1), tempered(0.2)]) {
      const posterior = estimator.given(xObs.slice(0, 2), { compose });
      const mode = await posterior.map({ seed: 1, starts: 4, ...quiet });
      near.push(Array.from(mode.dataSync()));
      mode.dispose();
      posterior.dispose();
    }
    expect(near[2]).toEqual(near[0]);
    // in standard deviations of about .5
    expect(apart([near[0]], [near[1]])).toBeLessThan(0.05);
  });

  it('of several observations are drawn in less than sixty levels by default', async () => {
    const posterior = estimator.given(xObs);
    const stopped = posterior.sample(10, { seed: 1, signal: AbortSignal.abort(), ...quiet });
    const message = await stopped.then(
      () => '',
      (error: Error) => error.message,
    );
    expect(Number(/at level \d+ of (\d+)/.exec(message)?.[1])).toBeLessThan(60);
    posterior.dispose();
  });

  it('that need the score of each observation, or of a subset of all, agree with the sum', async () => {
    const expected = await draw(estimator, factorized());
    const each = withTerm(
      'each',
      ({ each }) =>
        (theta, level) =>
          tf.sum(each(theta, level), 0) as tf.Tensor2D,
      'each',
    );
    const all = withTerm(
      'subset of all',
      ({ n, subset }) =>
        (theta, level) =>
          subset(theta, level, tf.range(0, n, 1, 'int32') as tf.Tensor1D),
      'subset',
    );
    const backwards = withTerm(
      'two subsets',
      ({ subset }) =>
        (theta, level) =>
          tf.add(subset(theta, level, tf.tensor1d([2], 'int32')), subset(theta, level, tf.tensor1d([1, 0], 'int32'))),
      'subset',
    );
    for (const composition of [each, all, backwards])
      expect(apart(await draw(estimator, composition), expected), composition.id).toBeLessThan(rounding);
  });

  it('without an id, or without a function, are refused', () => {
    for (const id of ['', undefined, null, 3]) {
      const compose = { ...factorized(), id } as unknown as Composition;
      expect(() => estimator.given(xObs, { compose })).toThrow(InvalidInputError);
      expect(() => estimator.given(xObs, { compose })).toThrow(
        /given: compose\.id: expected a text of name and settings/,
      );
    }
    for (const compose of [{}, 'F-NPSE', null, { compose: () => undefined }])
      expect(() => estimator.given(xObs, { compose: compose as unknown as Composition })).toThrow(
        /given: compose: expected a composition, such as factorized\(\)/,
      );
  });
});

describe('what a composition says of its score', () => {
  const reverse = [dpmSolver(), probabilityFlow(), eulerMaruyama(), adaptiveFlow()];

  it("refuses reverse equations where it is no diffused density's, and says what to use", async () => {
    for (const sampler of reverse) {
      await expect(draw(estimator, factorized(), sampler)).rejects.toThrow(InvalidInputError);
      await expect(draw(estimator, factorized(), sampler)).rejects.toThrow(
        /of 3 observations.*predictorCorrector\(\) and annealedLangevin\(\) draw from it/,
      );
    }
    for (const sampler of [langevin, gaussianTransitions({ levels }), predictorCorrector({ levels })])
      expect((await draw(estimator, factorized(), sampler)).flat().every(Number.isFinite)).toBe(true);
  });

  it("allows them where it is one, and takes the method's own sampler: the first observation alone", async () => {
    const first: Composition = {
      name: 'first',
      id: 'first',
      needs: { observations: 'subset', prior: 'score' },
      isDiffused: () => true,
      compose: ({ n, dim, subset }) => ({
        n,
        dim,
        observations: (theta, level) => subset(theta, level, tf.tensor1d([0], 'int32')),
        priorCorrection: (theta) => tf.zerosLike(theta),
        referencePrecision: 1,
        isDiffused: true,
      }),
    };
    for (const sampler of [...reverse, langevin])
      expect(
        apart(await draw(estimator, first, sampler), await draw(estimator, undefined, sampler, xObs.slice(0, 1))),
        sampler.id,
      ).toBeLessThan(rounding);
    const byDefault = async (observed: number[][], compose?: Composition): Promise<number[][]> => {
      const posterior = estimator.given(observed, { compose });
      const theta = await posterior.sample(10, { seed: 4, ...quiet });
      const rows = theta.arraySync();
      theta.dispose();
      posterior.dispose();
      return rows;
    };
    expect(await byDefault(xObs, first)).toEqual(await draw(estimator, first, dpmSolver()));
    expect(await byDefault(xObs)).not.toEqual(await byDefault(xObs, first));
  });
});
