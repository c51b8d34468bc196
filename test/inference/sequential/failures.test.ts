import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../lib/core/errors';
import { uniform } from '../../../lib/distributions/uniform';
import { FailedRoundError } from '../../../lib/inference/sequential/failed-round';
import { inRounds } from '../../../lib/inference/sequential/in-rounds';
import type { SequentialRun } from '../../../lib/inference/sequential/sequential-run';
import { snpeA } from '../../../lib/inference/sequential/snpe-a';
import { importanceWeights, snpeB } from '../../../lib/inference/sequential/snpe-b';
import { mixture } from '../../../lib/distributions/mixture';
import { normal } from '../../../lib/distributions/normal';
import { snpeC } from '../../../lib/inference/sequential/snpe-c';
import { snpeCMixture } from '../../../lib/inference/sequential/snpe-c-mixture';
import { tsnpe } from '../../../lib/inference/sequential/tsnpe';
import { effectiveSize, normalisedWeights } from '../../../lib/maths/weighted-moments';
import { densityWith } from './small-densities';
import { quiet } from '../quick-estimator';
import { task } from './conjugate-method';

const xObs = [[0.8, -0.9]];
const options = { rounds: 2, calls: 400, seed: 1, stopWhenStill: false, ...quiet };
const fit = { maxEpochs: 2 };
const failure = (work: Promise<unknown>): Promise<FailedRoundError<SequentialRun>> =>
  work.then(
    () => expect.unreachable('it did not fail'),
    (error: unknown) => error as FailedRoundError<SequentialRun>,
  );

describe('SNPE-A', () => {
  it('says in which round which component has no Gaussian quotient, and what to do', async () => {
    const before = tf.memory().numTensors;
    const method = snpeA({ components: 1, network: { width: 5, hidden: 1 }, fit });
    // as if the first round's posterior, which proposed the second's parameters, were narrower than it is
    const narrow = {
      ...method,
      train: (...[rounds, context]: Parameters<typeof method.train>) => {
        const { before: first } = context;
        const given: NonNullable<typeof first>['given'] = (x) => {
          const { components, ...posterior } = first!.given(x);
          const precision = components[0].precision.map((row) => row.map((value) => 1e4 * value));
          return { ...posterior, components: [{ ...components[0], precision }] };
        };
        return method.train(rounds, { ...context, ...(first && { before: { ...first, given } }) });
      },
    };
    const box = { ...task, prior: uniform({ lower: [-3, -3], upper: [3, 3] }) };
    const error = await failure(inRounds(box, xObs, narrow, options));
    expect(error).toBeInstanceOf(FailedRoundError);
    expect(error.message).toMatch(
      /round 2 of 2: SNPE-A: component 0 of 1 .* not positive definite\)\. Simulate more .*sequential\.snpeC/,
    );
    expect(error.partial!.rounds.length).toBe(1);
    error.partial!.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives up where hardly any of the estimate lies within the bounds, instead of drawing on', async () => {
    const box = { ...task, prior: uniform({ lower: [-3, -3], upper: [3, 3] }) };
    const method = snpeA({ components: 1, network: { width: 5, hidden: 1 }, fit: { maxEpochs: 30 } });
    const run = await inRounds(box, xObs, method, { ...options, rounds: 1, calls: 2000 });
    // data of parameters 30 standard deviations outside of the box
    const outside = run.estimator.given([[12, -12]]);
    await expect(outside.sample(10, { seed: 1 })).rejects.toThrow(/0 of 20000 draws of the estimate lie within/);
    outside.dispose();
    run.dispose();
  });
});

describe('SNPE-B', () => {
  it('has the weights of the mixture of all proposals', () => {
    const [prior, proposal] = [
      [0.1, 0.2, 0.3],
      [2, 0.5, 0],
    ].map((values) => Float32Array.from(values, Math.log));
    const logWeights = importanceWeights(prior, [prior, proposal], [1, 3]);
    const expected = [0.1 / (0.1 / 4 + 1.5), 0.2 / (0.05 + 0.375), 4];
    expected.forEach((value, i) => expect(Math.exp(logWeights[i])).toBeCloseTo(value, 5));
  });

  it('counts the simulations that such weights leave', () => {
    expect(effectiveSize(normalisedWeights([0, 0, 0, 0]))).toBeCloseTo(4, 10);
    expect(effectiveSize(normalisedWeights([0, -50, -50, NaN]))).toBeCloseTo(1, 10);
  });

  it('says in which round all weight is on one simulation, and what to do', async () => {
    const before = tf.memory().numTensors;
    const method = snpeB({ density: densityWith(), fit });
    // as if the first round's posterior were 1e30 times as dense as it is, but for the first of all parameters
    const dense = {
      ...method,
      train: (...[rounds, context]: Parameters<typeof method.train>) => {
        const { before: first } = context;
        const given: NonNullable<typeof first>['given'] = (x) => {
          const posterior = first!.given(x);
          const logProb = async (theta: tf.Tensor2D) =>
            tf.tidy(() => tf.where(tf.equal(tf.range(0, theta.shape[0]), 0), -100, 70) as tf.Tensor1D);
          return { ...posterior, density: { normalised: true, logProb } };
        };
        return method.train(rounds, { ...context, ...(first && { before: { ...first, given } }) });
      },
    };
    const error = await failure(inRounds(task, xObs, dense, options));
    expect(error).toBeInstanceOf(FailedRoundError);
    expect(error.message).toMatch(
      /round 2 of 2: SNPE-B: .* leave 1\.0 effective simulations of 400: every weight but one is nothing\. .*snpeC/,
    );
    error.partial!.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

const twoModes = mixture([0, 3].map((mean) => ({ weight: 1, component: normal({ mean: [mean, 0] }) })));

describe('a sequential method', () => {
  it.each<[string, () => unknown, RegExp]>([
    ['SNPE-A several observations', () => inRounds(task, [xObs[0], xObs[0]], snpeA(), options), /snpeA: xObs.*snpeC/],
    ['SNPE-B several observations', () => inRounds(task, [xObs[0], xObs[0]], snpeB(), options), /snpeB: xObs.*SNPE-C/],
    [
      'SNPE-C in closed form several observations',
      () => inRounds(task, [xObs[0], xObs[0]], snpeCMixture(), options),
      /snpeCMixture: xObs.*snpeC/,
    ],
    [
      'SNPE-C in closed form a prior that no coordinates make Gaussian',
      () => inRounds({ ...task, prior: twoModes }, xObs, snpeCMixture(), options),
      /snpeCMixture: prior: expected a normal, uniform or log-normal law/,
    ],
    ['SNPE-C in closed form no component', () => snpeCMixture({ components: 0 }), /components/],
    ['SNPE-A no component', () => snpeA({ components: 0 }), /components/],
    ['SNPE-C one atom', () => snpeC({ atoms: 1 }), /snpeC: atoms: expected a whole number of at least 2/],
    ['no member', () => snpeC({ members: 0 }), /snpeC: members/],
    ['TSNPE all mass outside', () => tsnpe({ truncation: { massOutside: 1 } }), /massOutside/],
    ['TSNPE few draws', () => tsnpe({ truncation: { draws: 10 } }), /draws.*1000/],
  ])('refuses %s before any work', async (_, make, message) => {
    const error = await Promise.resolve()
      .then(make)
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).toMatch(message);
  });

  it('refuses more atoms than a tenth of the simulations', async () => {
    const method = snpeC({ atoms: 50, density: densityWith(), fit });
    const error = await failure(inRounds(task, xObs, method, options));
    expect(error.message).toMatch(/round 2 of 2: snpeC: simulations: expected at least 500, ten for each atom/);
    error.partial!.dispose();
  });
});
