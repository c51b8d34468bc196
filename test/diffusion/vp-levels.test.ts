import '@tensorflow/tfjs-node';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../lib/core/errors';
import { cosineSchedule, linearSchedule, vpLevels } from '../../lib/diffusion/vp-levels';
import { compile } from '../../lib/graph/compile';

const kinds = {
  linear: linearSchedule(),
  cosine: cosineSchedule(),
  steep: linearSchedule({ betaMin: 1, betaMax: 40 }),
};

describe('vpLevels', () => {
  it.each(Object.entries(kinds))(
    'falls from 1 to 0 with the %s schedule, and alpha is the ratio of neighbours',
    (_, schedule) => {
      for (const count of [2, 3, 100, 400]) {
        const { gamma, alpha } = vpLevels({ count, schedule });
        expect([gamma.length, alpha.length, gamma[0], gamma[count], alpha[0], alpha[count]]).toEqual([
          count + 1,
          count + 1,
          1,
          0,
          1,
          0,
        ]);
        let product = 1;
        gamma.forEach((value, t) => {
          if (t > 0) expect(value).toBeLessThan(gamma[t - 1]);
          product *= alpha[t];
          expect(Math.abs(product - value)).toBeLessThanOrEqual(1e-12 * value);
        });
      }
    },
  );

  it('gives a row for a scalar and a column for a vector, with mean coefficient and std that make one variance', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const levels = vpLevels();
      const one = levels.at(tf.scalar(100, 'int32'));
      for (const part of [one.t, one.meanCoeff, one.std]) expect(part.shape).toEqual([1, 1]);
      expect(one.t.dataSync()[0]).toBeCloseTo(0.25, 7);
      const indices = [0, 1, 200, 399, 400];
      const many = levels.at(tf.tensor1d(indices, 'int32'));
      for (const part of [many.t, many.meanCoeff, many.std]) expect(part.shape).toEqual([5, 1]);
      const [t, meanCoeff, std] = [many.t, many.meanCoeff, many.std].map((part) => Array.from(part.dataSync()));
      indices.forEach((index, i) => {
        expect(t[i]).toBeCloseTo(index / 400, 6);
        expect(meanCoeff[i]).toBeCloseTo(Math.sqrt(levels.gamma[index]), 6);
        // 1 - gamma is taken in float64, so that the first levels keep their digits
        expect(Math.abs(std[i] / Math.sqrt(1 - levels.gamma[index]) - 1) || 0).toBeLessThan(1e-6);
        expect(meanCoeff[i] ** 2 + std[i] ** 2).toBeCloseTo(1, 6);
      });
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('works the same in a recording', () => {
    const levels = vpLevels({ count: 10 });
    const program = compile((t: tf.Tensor1D) => ({ ...levels.at(t) }));
    tf.tidy(() => {
      const t = tf.tensor1d([1, 9], 'int32');
      const [compiled, eager] = [program(t), levels.at(t)];
      for (const part of ['t', 'meanCoeff', 'std'] as const)
        compiled[part].dataSync().forEach((value, i) => expect(value).toBeCloseTo(eager[part].dataSync()[i], 6));
    });
    program.dispose();
  });

  it('noises in two steps as in one: kernels compose', () => {
    const { gamma, alpha } = vpLevels();
    for (const [s, t] of [
      [1, 2],
      [5, 50],
      [100, 399],
    ]) {
      const between = alpha.slice(s + 1, t + 1).reduce((product, value) => product * value, 1);
      // N(sqrt(g) theta, 1 - g) followed by N(sqrt(a) theta, 1 - a)
      expect(Math.sqrt(gamma[s]) * Math.sqrt(between)).toBeCloseTo(Math.sqrt(gamma[t]), 12);
      expect(between * (1 - gamma[s]) + (1 - between)).toBeCloseTo(1 - gamma[t], 12);
    }
  });

  it('refuses an invalid count, and schedules that do not fall strictly from 1 to 0', () => {
    for (const count of [1, 0, -4, 2.5, NaN, Infinity])
      expect(() => vpLevels({ count })).toThrow(/whole number of at least 2/);
    const bad = {
      constant: () => 0.5,
      rising: (t: number) => t,
      'not a number': () => NaN,
      'above one': (t: number) => 2 - t,
      'below zero': (t: number) => 1 - 2 * t,
    };
    for (const schedule of Object.values(bad)) expect(() => vpLevels({ schedule })).toThrow(InvalidInputError);
    expect(() => vpLevels({ schedule: linearSchedule({ betaMin: -5, betaMax: 1 }) })).toThrow(/gamma\(1\/400\)/);
  });
});

describe('schedules', () => {
  it('linear: gamma is exp of minus the integral of beta(t) = betaMin + t (betaMax - betaMin)', () => {
    for (const [betaMin, betaMax] of [
      [0.1, 20],
      [1, 5],
    ]) {
      const gamma = linearSchedule({ betaMin, betaMax });
      for (const t of [0, 0.1, 0.5, 1]) {
        const cells = 1000;
        let integral = 0;
        for (let i = 0; i < cells; i++)
          integral += (betaMin + ((i + 0.5) / cells) * t * (betaMax - betaMin)) * (t / cells);
        expect(gamma(t)).toBeCloseTo(Math.exp(-integral), 10);
      }
    }
    expect(linearSchedule()(1)).toBeLessThan(5e-5);
  });

  it('cosine: starts at 1, ends at 0, and the angle of its root is linear in t', () => {
    for (const s of [0.008, 0.1]) {
      const gamma = cosineSchedule({ s });
      expect(gamma(0)).toBe(1);
      expect(gamma(1)).toBeLessThan(1e-30);
      const norm = Math.cos(((Math.PI / 2) * s) / (1 + s));
      const angle = (t: number): number => Math.acos(Math.sqrt(gamma(t)) * norm);
      expect(angle(0.75) - angle(0.5)).toBeCloseTo(angle(0.5) - angle(0.25), 10);
    }
  });
});
