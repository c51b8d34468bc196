import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { rng } from '../../lib/core/rng';
import { independent } from '../../lib/distributions/independent';
import { normal } from '../../lib/distributions/normal';
import { uniform } from '../../lib/distributions/uniform';
import { fitFrame, frameOf, requireParameters, type Frame } from '../../lib/inference/frame';

const prior = independent([normal({ mean: 3, std: 5 }), uniform({ lower: -1, upper: 3 })]);
const source = rng(1);
const rows = Array.from({ length: 400 }, () => prior.sample(source));
const data = rows.map(([a, b]) => [1000 * a + source.normal(), Math.exp(3 * b), 7]);

function fitted(isStandardised = true, areLogarithmsTaken?: boolean): Frame {
  const pairs = { theta: tf.tensor2d(rows), x: tf.tensor2d(data) };
  const frame = fitFrame(prior, pairs, isStandardised, areLogarithmsTaken);
  tf.dispose([pairs.theta, pairs.x]);
  return frame;
}

let tensors: number;
beforeEach(() => void (tensors = tf.memory().numTensors));
afterEach(() => {
  vi.restoreAllMocks();
  expect(tf.memory().numTensors).toBe(tensors);
});

describe('a frame', () => {
  it('shows a network parameters and data of mean 0 and standard deviation 1, and takes parameters back', () => {
    const frame = fitted();
    expect(frame.dims).toEqual({ theta: 2, x: 3 });
    tf.tidy(() => {
      const theta = tf.tensor2d(rows);
      const y = frame.toNetwork(theta);
      for (const [values, widths] of [
        [y, [1, 1]],
        // a constant column stays one
        [frame.toData(tf.tensor2d(data)), [1, 1, 0]],
      ] as const) {
        const { mean, variance } = tf.moments(values, 0);
        mean.dataSync<'float32'>().forEach((value) => expect(Math.abs(value)).toBeLessThan(1e-3));
        variance.dataSync<'float32'>().forEach((value, k) => expect(Math.abs(value - widths[k])).toBeLessThan(1e-3));
      }
      const off = tf.sub(frame.toParameters(y), theta);
      expect(tf.max(tf.abs(off)).dataSync()[0]).toBeLessThan(1e-4);
      const [[, lowest], [, highest]] = frame
        .toParameters(
          tf.tensor2d([
            [0, -30],
            [0, 30],
          ]),
        )
        .arraySync();
      expect([lowest >= -1, highest <= 3]).toEqual([true, true]);
    });
  });

  it('leaves units and logarithms as they are where it is asked to', () => {
    const raw = fitted(false);
    expect([raw.config.theta.mean, raw.config.theta.std, raw.config.x.std]).toEqual([
      [0, 0],
      [1, 1],
      [1, 1, 1],
    ]);
    expect(fitted().config.x.logarithmFrom?.[1]).toBeGreaterThan(0);
    expect(fitted(true, false).config.x.logarithmFrom).toBeUndefined();
  });

  it('gives densities of parameters: less the volume that the map takes up, and none outside of the support', () => {
    const frame = fitted();
    tf.tidy(() => {
      const y = tf.tensor2d([
        [0.3, -0.7],
        [-1, 1.2],
      ]);
      const theta = frame.toParameters(y);
      const zero = tf.zeros<tf.Rank.R1>([2]);
      const volume = tf.neg(frame.logProb(theta, zero)) as tf.Tensor1D;
      // d theta_k / d y_k, by differences; the map works column by column
      const step = 1e-2;
      const moved = (by: number): tf.Tensor => frame.toParameters(tf.add(y, by) as tf.Tensor2D);
      const slopes = tf.div(tf.sub(moved(step), moved(-step)), 2 * step);
      const expected = tf.sum(tf.log(slopes), 1);
      expect(tf.max(tf.abs(tf.sub(volume, expected))).dataSync()[0]).toBeLessThan(2e-3);
      expect(
        Array.from(
          frame
            .logProb(
              tf.tensor2d([
                [0, 3.1],
                [0, -1.1],
              ]),
              zero,
            )
            .dataSync(),
        ),
      ).toEqual([-Infinity, -Infinity]);
    });
  });

  it('knows the volume that the map of the data takes up, of logarithms, an arsinh and constants too', () => {
    const tails = data.map((row, i) => [...row, (i % 2 === 0 ? 1 : -1) * Math.exp(8 * Math.sin(i))]);
    const pairs = { theta: tf.tensor2d(rows), x: tf.tensor2d(tails) };
    const frame = fitFrame(prior, pairs, true);
    tf.dispose([pairs.theta, pairs.x]);
    expect(frame.config.x.logarithmFrom?.map((from) => from > 0)).toEqual([false, true, false, false]);
    expect(frame.config.x.arsinh?.scale.map((scale) => scale > 0)).toEqual([false, false, false, true]);
    tf.tidy(() => {
      const some = tails.slice(0, 40);
      const told = frame.dataLogVolume(tf.tensor2d(some)).dataSync();
      // d z_k / d x_k, by differences, column by column
      // steps of a hundredth of the width over which each column's map is about linear
      const { centre, scale } = frame.config.x.arsinh!;
      const step = some.map((row) =>
        row.map((value, k) => 0.01 * [1000, value, 1, Math.hypot(value - centre[k], scale[k])][k]),
      );
      const moved = (sign: number): number[][] =>
        frame.toData(tf.tensor2d(some.map((row, i) => row.map((v, k) => v + sign * step[i][k])))).arraySync();
      const [up, down] = [moved(1), moved(-1)];
      some.forEach((_, i) => {
        const slopes = step[i].map((by, k) => (up[i][k] - down[i][k]) / (2 * by));
        const expected = slopes.reduce((sum, slope) => sum - Math.log(slope), 0);
        expect(Math.abs(told[i] - expected)).toBeLessThan(5e-3);
      });
    });
  });

  it('has the gradients of the volume and of the prior in what the network sees', () => {
    const frame = fitted();
    tf.tidy(() => {
      const y = tf.tensor2d([
        [0.3, -0.7],
        [-1, 1.2],
      ]);
      const zero = tf.zeros<tf.Rank.R1>([1]);
      const volume = (at: tf.Tensor): tf.Tensor =>
        tf.neg(tf.sum(frame.logProb(frame.toParameters(at as tf.Tensor2D), zero)));
      const logPrior = (at: tf.Tensor): tf.Tensor =>
        tf.add(tf.sum(prior.logProb(frame.toParameters(at as tf.Tensor2D))), volume(at));
      for (const [gradient, of] of [
        [frame.volumeScore(y), volume],
        [frame.priorScore(y), logPrior],
      ] as const) {
        const step = 1e-2;
        for (const k of [0, 1]) {
          const along = tf.tensor2d([[k === 0 ? step : 0, k === 1 ? step : 0]]);
          for (const row of [0, 1]) {
            const at = tf.slice(y, [row, 0], [1, -1]);
            const slope = tf.div(tf.sub(of(tf.add(at, along)), of(tf.sub(at, along))), 2 * step).dataSync()[0];
            expect(Math.abs((gradient.arraySync() as number[][])[row][k] - slope)).toBeLessThan(
              5e-3 * (1 + Math.abs(slope)),
            );
          }
        }
      }
    });
  });

  it('shows 0 for parameters outside of the support, where any point will do', () => {
    const frame = fitted();
    tf.tidy(() => {
      const theta = tf.tensor2d([
        [1, 0.5],
        [1, 3.5],
      ]);
      const y = frame.toNetworkInside(theta).arraySync();
      expect(y[0]).toEqual((frame.toNetwork(theta).arraySync() as number[][])[0]);
      expect(y[1]).toEqual([0, 0]);
    });
  });

  it('is the same made of its numbers, which are JSON', () => {
    const frame = fitted();
    const again = frameOf(prior, JSON.parse(JSON.stringify(frame.config)));
    tf.tidy(() => {
      const theta = tf.tensor2d(rows.slice(0, 5));
      expect(again.toNetwork(theta).arraySync()).toEqual(frame.toNetwork(theta).arraySync());
      expect(again.toData(tf.tensor2d(data.slice(0, 5))).arraySync()).toEqual(
        frame.toData(tf.tensor2d(data.slice(0, 5))).arraySync(),
      );
    });
  });

  it('warns once of observations far from the simulations, and refuses invalid ones', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const frame = fitted();
    frame.observations([data[0]]).dispose();
    expect(warn).not.toHaveBeenCalled();
    const far = [1e6, data[0][1], 7];
    frame.observations([data[0], far, far]).dispose();
    expect(warn.mock.calls).toEqual([
      [expect.stringMatching(/^Observation [12]: value 0 lies .* \(and 1 of 3 others/)],
    ]);
    expect(() => frame.observations([[1, 2]])).toThrow(/xObs: expected at least one row of 3 numbers/);
    expect(() => frame.observations([])).toThrow(InvalidInputError);
    expect(() => frame.observations([[1, NaN, 7]])).toThrow(/NaN in row 0, column 1/);
    expect(() => frame.observations([1, 2, 7] as unknown as number[][])).toThrow(
      /One row alone is written \[\[\.\.\.\]\]/,
    );
    const wide = tf.zeros([4, 3]);
    expect(() => requireParameters('logProb: theta', wide, frame)).toThrow(/rows of 2 parameters.*\[4, 3\]/);
    wide.dispose();
  });
});
