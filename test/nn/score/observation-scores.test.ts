import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { vpLinear } from '../../../lib/diffusion/vp';
import { compile } from '../../../lib/graph/compile';
import {
  observationCount,
  pickRows,
  scoreOfRows,
  scoresOfEach,
  sumOfScores,
  type ObservedModel,
} from '../../../lib/nn/score/observation-scores';
import { embedObservations } from '../../../lib/nn/score/score-model';
import { expectClose, normals } from '../support';
import { at, cases, everyCase, levels, scoreInTraining, type Case } from './models';

const observed = ({ model, tensors }: Case, x: tf.Tensor2D): ObservedModel => ({
  tensors,
  observations: embedObservations(model, tensors, x),
});
const rowsOf = (x: tf.Tensor2D): tf.Tensor2D[] => tf.split(x, x.shape[0]) as tf.Tensor2D[];
/** One observation at a time, in training's way. */
const oneByOne = (one: Case, theta: tf.Tensor2D, x: tf.Tensor2D, t: number): tf.Tensor2D[] =>
  rowsOf(x).map((row) => scoreInTraining(one, theta, at(t), tf.tile(row, [theta.shape[0], 1]) as tf.Tensor2D));
const allAtOnce = (one: Case, theta: tf.Tensor2D, x: tf.Tensor2D, t: number): tf.Tensor2D =>
  sumOfScores(one.model, observed(one, x), theta, at(t));

// sums of about ten float32 terms in another order, and a division by std: within 2e-5 of the largest score
const tolerance = 2e-5;

describe.each(everyCase)('the scores of rows: %s', (_, one) => {
  const count = 6;
  const diffusion = vpLinear();

  it('with an observation each are those of training, at one level', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(count, 3, 2), normals(count, 4, 3)];
      for (const t of [1, 100, 399])
        expectClose(
          scoreOfRows(one.model, observed(one, x), theta, at(t)),
          scoreInTraining(one, theta, at(t), x),
          tolerance,
        );
    });
  });

  it('with a level each are those of training, and of each observation alone', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(count, 3, 2), normals(count, 4, 3)];
      const ratios = [-3, -2, -1, 0, 1, 2];
      const level = diffusion.atLogRatio(tf.tensor1d(ratios));
      const rows = scoreOfRows(one.model, observed(one, x), theta, level);
      const alone = rowsOf(x).map((row, i) => {
        const own = diffusion.atLogRatio(tf.scalar(ratios[i]));
        return sumOfScores(one.model, observed(one, row), theta.slice([i, 0], [1, -1]), own);
      });
      // row by row, since scores of little noise are the largest
      tf.split(scoreInTraining(one, theta, level, x), count).forEach((expected, i) => {
        expectClose(rows.slice([i, 0], [1, -1]), expected, tolerance);
        expectClose(alone[i], expected, tolerance);
      });
    });
  });

  it('with one observation for all, and levels of their own, are its sum', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(count, 3, 2), normals(1, 4, 3)];
      const level = diffusion.atLogRatio(tf.tensor1d([-2, -1.5, -1, 0, 1, 2]));
      const expected = scoreInTraining(one, theta, level, tf.tile(x, [count, 1]) as tf.Tensor2D);
      expectClose(scoreOfRows(one.model, observed(one, x), theta, level), expected, tolerance);
      expectClose(sumOfScores(one.model, observed(one, x), theta, level), expected, tolerance);
    });
  });

  it('of each observation are those of training, and their sum over some is that of the picked rows', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(5, 3, 2), normals(count, 4, 3)];
      const all = observed(one, x);
      const each = oneByOne(one, theta, x, 50);
      const scores = scoresOfEach(one.model, all, theta, at(50));
      expect(scores.shape).toEqual([count, 5, 3]);
      each.forEach((expected, j) => expectClose(tf.gather(scores, j), expected, tolerance));
      const index = tf.tensor1d([4, 1, 2], 'int32');
      const some = { ...all, observations: pickRows(all.observations, (rows) => tf.gather(rows, index)) };
      expect([observationCount(all), observationCount(some)]).toEqual([count, 3]);
      expectClose(sumOfScores(one.model, some, theta, at(50)), tf.addN([4, 1, 2].map((j) => each[j])), tolerance);
    });
  });
});

describe.each(Object.entries(cases))('the sum of scores: %s', (_, one) => {
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
  ])('is that of $n observations at $particles particles', ({ n, particles }) => {
    tf.tidy(() => {
      const theta = normals(particles, 3, 2);
      const x = normals(n, 4, 3);
      for (const t of [1, 100, 399])
        expectClose(allAtOnce(one, theta, x, t), tf.addN(oneByOne(one, theta, x, t)), tolerance);
    });
  });

  it('does not look at the order of observations', () => {
    tf.tidy(() => {
      const [theta, x] = [normals(6, 3, 2), normals(7, 4, 3)];
      expectClose(allAtOnce(one, theta, tf.reverse(x, 0), 50), allAtOnce(one, theta, x, 50), 1e-5);
    });
  });

  it('is the same in a recording, where chunks are a loop', () => {
    const program = compile((theta: tf.Tensor2D, x: tf.Tensor2D, t: tf.Scalar) =>
      sumOfScores(one.model, observed(one, x), theta, levels.at(t)),
    );
    tf.tidy(() => {
      const [theta, x] = [normals(3000, 3, 2), normals(5, 4, 3)];
      expectClose(program(theta, x, tf.scalar(20, 'int32')), allAtOnce(one, theta, x, 20), 1e-5);
    });
    program.dispose();
  });

  it('leaves no tensor', () => {
    const [theta, x] = [normals(3000, 3, 2), normals(5, 4, 3)];
    const before = tf.memory().numTensors;
    const observations = tf.tidy(() => embedObservations(one.model, one.tensors, x));
    expect(tf.memory().numTensors).toBe(before + Object.keys(observations).length);
    tf.dispose(tf.tidy(() => sumOfScores(one.model, { tensors: one.tensors, observations }, theta, at(3))));
    tf.dispose(observations);
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose([theta, x]);
  });
});

it('more observations than are embedded at once are what they are by themselves', () => {
  const one = cases['beside a mixture'];
  tf.tidy(() => {
    const x = normals(8195, 4, 3);
    const all = observed(one, x).observations;
    for (const start of [0, 8190]) {
      const some = observed(one, x.slice([start, 0], [5, -1])).observations;
      for (const [name, rows] of Object.entries(some)) expectClose(all[name].slice([start, 0], [5, -1]), rows, 1e-5);
    }
    expect(all.shares.shape[0]).toBe(8195);
  });
});
