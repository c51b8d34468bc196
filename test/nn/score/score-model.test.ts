import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { gaussianScore } from '../../../lib/diffusion/gaussian-score';
import { vpLevels } from '../../../lib/diffusion/vp-levels';
import { rng } from '../../../lib/core/rng';
import { compile } from '../../../lib/graph/compile';
import { gaussianNoise, gaussianOfX, leastSquaresPart } from '../../../lib/nn/score/gaussian-part';
import {
  embedObservations,
  predictNoise,
  sumOfScores,
  type ScoreModel,
  type ScoreModelTensors,
} from '../../../lib/nn/score/score-model';
import { denoisingNetwork } from '../../../lib/nn/score/denoising-network';
import { scoreNetwork } from '../../../lib/nn/score/score-network';
import { expectClose, normals, randomWeights } from '../support';

const dims = { theta: 3, x: 4 };
const small = { width: 8, hidden: 2, activation: 'silu' } as const;
const network = scoreNetwork(dims, { ...small, timeEmbedding: 8 });
const levels = vpLevels();
const at = (t: number) => levels.at(tf.scalar(t, 'int32'));
const gaussian = leastSquaresPart(normals(50, 3, 8), normals(50, 4, 9));
const frame = leastSquaresPart(normals(50, 3, 10), normals(50, 4, 11));
/** Two parts, each with a share that depends on x. */
const mixture = [gaussian, frame].flatMap((part, k) => [
  ...part,
  normals(1, 4, 12 + k).as1D(),
  normals(4, 4, 14 + k),
  tf.scalar(-k / 2),
]);
interface Case {
  readonly model: ScoreModel;
  readonly tensors: ScoreModelTensors;
}
const caseOf = (model: ScoreModel, parts: Partial<ScoreModelTensors>): Case => ({
  model,
  tensors: { network: randomWeights(model.network.weights), gaussian: [], frame: [], ...parts },
});
const cases: Record<string, Case> = {
  'with a Gaussian part': caseOf({ network, parameterisation: 'score' }, { gaussian }),
  alone: caseOf({ network, parameterisation: 'noise' }, {}),
  'as a velocity': caseOf({ network, parameterisation: 'velocity' }, {}),
  'that sees the distance from a Gaussian': caseOf(
    { network: denoisingNetwork(dims, small, true), parameterisation: 'edm' },
    { gaussian },
  ),
  'beside a mixture': caseOf(
    { network: denoisingNetwork(dims, { ...small, exchangeable: 2 }, true), parameterisation: 'edm' },
    { gaussian: mixture as tf.Tensor[], frame },
  ),
};

/** One observation at a time, in training's way: score = -eps_hat / std, summed. */
const oneByOne = ({ model, tensors }: Case, theta: tf.Tensor2D, x: tf.Tensor2D, t: number): tf.Tensor =>
  tf.addN(
    tf
      .split(x, x.shape[0])
      .map((row) =>
        tf.neg(
          tf.div(
            predictNoise(model, tensors, theta, at(t), tf.tile(row, [theta.shape[0], 1]) as tf.Tensor2D),
            at(t).std,
          ),
        ),
      ),
  );
const allAtOnce = ({ model, tensors }: Case, theta: tf.Tensor2D, x: tf.Tensor2D, t: number): tf.Tensor2D =>
  sumOfScores(model, tensors, embedObservations(model, tensors, x, dims.theta), theta, at(t));

describe.each(Object.entries(cases))('the score network %s', (_, model) => {
  it.each([
    { n: 1, particles: 5 },
    { n: 2, particles: 5 },
    { n: 7, particles: 1 },
    // 8,192 rows a chunk: two particles' chunks of 2 and a rest of 1
    { n: 5, particles: 3000 },
    // one observation a chunk
    { n: 3, particles: 9000 },
    // chunks of 4 without a rest
    { n: 8, particles: 2048 },
  ])('sums the scores of $n observations at $particles particles', ({ n, particles }) => {
    tf.tidy(() => {
      const theta = normals(particles, 3, 2);
      const x = normals(n, 4, 3);
      for (const t of [1, 100, 399]) expectClose(allAtOnce(model, theta, x, t), oneByOne(model, theta, x, t), 2e-5);
    });
  });

  it('does not look at the order of observations', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(6, 3, 2), normals(7, 4, 3)];
      expectClose(allAtOnce(model, theta, tf.reverse(x, 0), 50), allAtOnce(model, theta, x, 50), 1e-5);
    });
  });

  it('gives the same in a recording, where chunks are a loop', () => {
    const program = compile((theta: tf.Tensor2D, x: tf.Tensor2D, t: tf.Scalar) =>
      sumOfScores(
        model.model,
        model.tensors,
        embedObservations(model.model, model.tensors, x, dims.theta),
        theta,
        levels.at(t),
      ),
    );
    tf.tidy(() => {
      const [theta, x] = [normals(3000, 3, 2), normals(5, 4, 3)];
      expectClose(program(theta, x, tf.scalar(20, 'int32')), allAtOnce(model, theta, x, 20), 1e-5);
    });
    program.dispose();
  });

  it('leaves no tensor', () => {
    const [theta, x] = [normals(3000, 3, 2), normals(5, 4, 3)];
    const before = tf.memory().numTensors;
    const observations = tf.tidy(() => embedObservations(model.model, model.tensors, x, dims.theta));
    expect(tf.memory().numTensors).toBe(before + 4);
    tf.dispose(tf.tidy(() => sumOfScores(model.model, model.tensors, observations, theta, at(3))));
    tf.dispose(observations);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([theta, x]);
  });
});

describe('the Gaussian part', () => {
  it('alone, beside a network that starts at zero, is the score', () => {
    tf.tidy(() => {
      const zero = scoreNetwork(dims, { width: 8, zeroLast: true });
      const w = zero.weights.map(({ shape }) => tf.zeros(shape));
      const [theta, x] = [normals(4, 3, 2), normals(4, 4, 3)];
      expectClose(
        predictNoise(
          { network: zero, parameterisation: 'score' },
          { network: w, gaussian, frame: [] },
          theta,
          at(9),
          x,
        ),
        gaussianNoise(gaussian, theta, at(9), gaussianOfX(gaussian, x).means),
        1e-7,
      );
    });
  });

  it('reproduces the exact diffused score of data that are linear and Gaussian, with a full covariance', () => {
    // theta = A x + b + L e, so theta | x ~ N(A x + b, L L^T)
    const [a, b, l] = [
      [
        [1, -0.5],
        [0.3, 0.8],
      ],
      [0.5, -1],
      [
        [0.6, 0],
        [0.4, 0.3],
      ],
    ];
    const covariance = [
      [0.36, 0.24],
      [0.24, 0.25],
    ];
    const count = 20_000;
    const source = rng(3);
    const x = Array.from({ length: count }, () => [source.normal(), source.normal(1, 2)]);
    const theta = x.map((row) => {
      const e = [source.normal(), source.normal()];
      return a.map(
        (coefficients, i) =>
          coefficients[0] * row[0] + coefficients[1] * row[1] + b[i] + l[i][0] * e[0] + l[i][1] * e[1],
      );
    });
    tf.tidy(() => {
      const part = leastSquaresPart(tf.tensor2d(theta), tf.tensor2d(x));
      const xObs = [0.7, 2];
      const mean = a.map((row, i) => row[0] * xObs[0] + row[1] * xObs[1] + b[i]);
      const points = normals(50, 2, 4);
      for (const t of [1, 50, 200, 399]) {
        const level = at(t);
        const received = tf.neg(
          tf.div(gaussianNoise(part, points, level, gaussianOfX(part, tf.tensor2d([xObs])).means), level.std),
        );
        // covariance and mean are off by shares of sqrt(2 / N) = 1% and C^{1/2} sqrt(3 / N); scores by at most 4 times that
        expectClose(received, gaussianScore(mean, covariance)(points, level), 4 * Math.sqrt(2 / count));
      }
    });
  });

  it('is linear in the observation: the noise of means summed is the sum of noises', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(4, 3, 2), normals(5, 4, 3)];
      const summed = gaussianNoise(
        gaussian,
        tf.mul(5, theta) as tf.Tensor2D,
        at(30),
        gaussianOfX(gaussian, x).means.sum(0, true),
      );
      const each = tf.addN(
        tf
          .split(x, 5)
          .map((row) => gaussianNoise(gaussian, theta, at(30), gaussianOfX(gaussian, row as tf.Tensor2D).means)),
      );
      expectClose(summed, each, 1e-5);
    });
  });

  it('stays finite where the data determine a parameter, and where a column of data is constant', () => {
    tf.tidy(() => {
      const theta = normals(200, 2);
      const x = tf.concat([theta.slice([0, 0], [-1, 1]), tf.ones([200, 1])], 1) as tf.Tensor2D;
      const part = leastSquaresPart(theta, x);
      for (const t of [1, 399])
        expect(gaussianNoise(part, theta, at(t), gaussianOfX(part, x).means).abs().max().dataSync()[0]).toBeLessThan(
          100,
        );
      // the constant column carries no weight
      expect((part[0].arraySync() as number[][])[1]).toEqual([0, 0]);
    });
  });
});
